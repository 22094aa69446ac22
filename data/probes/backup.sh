# The newest file of a pattern (argument 1) looked at closely, beside the data (argument 2, may be empty) that it saves.
# Lines as of files.sh for the pattern, then "newest PATH", "head HEX", "tail HEX" (of what it unpacks to, where it is a
# gz file below 200 MB), "disk DEVICE" of the backup and "data DEVICE" of the data.
date '+now %s'
pattern=$1 data=$2
folder=${pattern%/*} name=${pattern##*/}
[ -n "$folder" ] || folder=/
printf 'pattern %s\n' "$pattern"
hex() { od -An -v -tx1 | tr -d ' \n'; }
rows=$(
    IFS='
'
    for place in $folder; do
        if [ ! -e "$place" ]; then
            above=$place
            while [ ! -e "$above" ] && [ "$above" != / ] && [ -n "$above" ]; do above=${above%/*}; done
            if [ -n "$above" ] && [ ! -x "$above" ]; then printf '0 0 !denied %s\n' "$place"; else printf '0 0 !missing %s\n' "$place"; fi
        elif [ ! -r "$place" ] || [ ! -x "$place" ]; then printf '0 0 !denied %s\n' "$place"
        elif find / -maxdepth 0 -printf '' 2>/dev/null; then
            find "$place" -maxdepth 1 -type f -name "$name" -printf '%T@ %s %p\n' 2>/dev/null
        else find "$place" -maxdepth 1 -type f -name "$name" -exec stat -c '%Y %s %n' {} + 2>/dev/null
        fi
    done | sort -rn | head -n 400
)
printf '%s\n' "$rows" | awk '
    $3 ~ /^!/ { sub(/^0 0 /, ""); print; next }
    /^[0-9]+(\.[0-9]*)? [0-9]+ / { n++; bytes += $2; print "file " $0 }
    END { printf "count %d %.0f\n", n, bytes }'
newest=$(printf '%s\n' "$rows" | sed -n 's/^[0-9.]* [0-9]* \([^!].*\)$/\1/p' | head -n 1)
if [ -n "$newest" ]; then
    printf 'newest %s\n' "$newest"
    if [ -r "$newest" ]; then
        printf 'head %s\n' "$(head -c 16 "$newest" | hex)"
        size=$(wc -c <"$newest")
        case $newest in
        *.gz) [ "$size" -lt 200000000 ] && printf 'tail %s\n' "$(gzip -dc "$newest" 2>/dev/null | tail -c 2048 | hex)" ;;
        *) printf 'tail %s\n' "$(tail -c 2048 "$newest" | hex)" ;;
        esac
    else printf '!unreadable %s\n' "$newest"
    fi
    printf 'disk %s\n' "$(df -kP "$newest" 2>/dev/null | tail -n 1 | awk '{ print $1 }')"
fi
if [ -n "$data" ]; then
    if [ -e "$data" ]; then printf 'data %s\n' "$(df -kP "$data" 2>/dev/null | tail -n 1 | awk '{ print $1 }')"
    else printf '!nodata %s\n' "$data"
    fi
fi
echo end
