# Whether network file systems answer, each within three seconds. Arguments: paths that hung before and are left alone.
# Lines: "now S", "answers TYPE BLOCKS USED FREE PATH", "!hung TYPE PATH", "!left TYPE PATH", "!failed TYPE PATH".
date '+now %s'
[ -r /proc/self/mounts ] || { echo '!missing /proc/self/mounts'; exit 0; }
while read -r device path type options rest; do
    case $type in
    nfs* | cifs | smb* | fuse.sshfs | fuse.glusterfs | ceph | glusterfs | lustre | afs | ncpfs | davfs) ;;
    *) continue ;;
    esac
    skip=
    for known in "$@"; do [ "$known" = "$path" ] && skip=1; done
    if [ -n "$skip" ]; then printf '!left %s %s\n' "$type" "$path"; continue; fi
    place=$(printf '%b' "$path")
    # What hangs in the kernel cannot be ended: it keeps nothing of ours open, and nobody waits for it.
    (
        line=$(df -kP "$place" 2>/dev/null </dev/null | tail -n 1 | awk '{ print $2, $3, $4 }')
        case $line in
        [0-9]*) printf 'answers %s %s %s\n' "$type" "$line" "$path" ;;
        *) printf '!failed %s %s\n' "$type" "$path" ;;
        esac
    ) &
    child=$!
    left=30
    while [ "$left" -gt 0 ] && kill -0 "$child" 2>/dev/null; do
        sleep 0.1 2>/dev/null || { sleep 1; left=$((left - 9)); }
        left=$((left - 1))
    done
    if kill -0 "$child" 2>/dev/null; then printf '!hung %s %s\n' "$type" "$path"; else wait "$child"; fi
done </proc/self/mounts
echo end
