# What runs here now: "service NAME", "port ADDRESS" as /proc/net/tcp writes it, "mount TYPE PATH DEVICE", "!tool NAME".
# Nothing is looked up on a file system: a dead share answers no more than its name.
if command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ]; then
    systemctl list-units --type=service --state=running --no-legend --plain --no-pager 2>/dev/null </dev/null |
        while read -r unit rest; do printf 'service %s\n' "$unit"; done
else
    echo '!tool systemctl'
fi
for table in /proc/net/tcp /proc/net/tcp6; do
    [ -r "$table" ] || continue
    while read -r slot address remote state rest; do
        # 0A is LISTEN in include/net/tcp_states.h.
        [ "$state" = 0A ] && printf 'port %s\n' "$address"
    done <"$table"
done
if [ -r /proc/self/mounts ]; then
    while read -r device path kind rest; do printf 'mount %s %s %s\n' "$kind" "$path" "$device"; done </proc/self/mounts
else
    echo '!tool /proc/self/mounts'
fi
exit 0
