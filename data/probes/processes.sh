# How many processes run under each name (as the kernel knows it: 15 letters), with their state. No arguments: they may
# hold passwords.
grep -q '^[^ ]* /proc proc [^ ]*hidepid=\([12i]\|noaccess\)' /proc/mounts 2>/dev/null && echo "!hidden"
if [ -r /proc/self/stat ]; then
    echo "= proc"
    cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^[0-9]* (\(.*\)) \([A-Za-z]\) .*/\2 \1/p' | sort | uniq -c
elif command -v ps >/dev/null 2>&1; then
    echo "= ps"
    ps -eo stat,comm | sed -n '2,$s/^ *\([A-Za-z]\)[^ ]* */\1 /p' | sort | uniq -c
else
    echo "!tool ps"
fi
echo "= end"
