# How far back the logs go: the oldest record that can be proven, file by file.
# The time stamp alone: what a log says may name a patient.
moment() { sed 's/^.*msg=audit(\([0-9]*\).*$/\1/' | cut -c 1-19; }
one() {
    [ -f "$1" ] || return
    line=$(ls -ldn "$1" 2>/dev/null) || return
    when=$(stat -c %Y "$1" 2>/dev/null)
    printf ' %s %s %s\n' "${when:--}" "$1" "$(printf '%s\n' "$line" | cut -c 1-10)"
    if [ -r "$1" ]; then
        case $1 in
            *.gz) first=$(gzip -dc "$1" 2>/dev/null | head -n 1 | moment) ;;
            *.xz | *.bz2 | *.zst) first= ;;
            *) first=$(head -n 1 "$1" 2>/dev/null | moment) ;;
        esac
        printf ' > %s\n' "$first"
    else
        echo "!denied $1"
    fi
}
echo "= now"
date '+ %s'
echo "= system"
for file in /var/log/messages* /var/log/syslog*; do one "$file"; done
echo "= login"
for file in /var/log/secure* /var/log/auth.log*; do one "$file"; done
echo "= audit"
if [ -d /var/log/audit ] && [ ! -x /var/log/audit ]; then
    echo "!denied /var/log/audit"
else
    for file in /var/log/audit/audit.log*; do one "$file"; done
fi
echo "= journal"
for folder in /var/log/journal/*; do
    [ -d "$folder" ] || continue
    # The name of an archived file holds the time of its first record.
    if [ -r "$folder" ]; then ls "$folder" | grep '^system' | sed 's/^/ /'
    else echo "!denied $folder"
    fi
done
[ -d /var/log ] && [ ! -r /var/log ] && echo "!denied /var/log"
echo "= end"
