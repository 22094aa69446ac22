# All files below a folder (argument 1) of a name pattern (argument 2), for comparing two folders.
# Lines: "now S"; "file MTIME SIZE PATH" of all where they are at most 5000; "top OLD BYTES ALL BYTES NAME" for each first
# part of the paths, OLD being those older than argument 3 seconds; "count N"; "!missing FOLDER", "!denied FOLDER".
now=$(date +%s)
echo "now $now"
folder=$1 name=$2 lag=$3
if [ ! -d "$folder" ]; then
    above=$folder
    while [ ! -e "$above" ] && [ "$above" != / ] && [ -n "$above" ]; do above=${above%/*}; done
    if [ -n "$above" ] && [ ! -x "$above" ]; then echo "!denied $folder"; else echo "!missing $folder"; fi
    echo end
    exit 0
fi
if [ ! -r "$folder" ] || [ ! -x "$folder" ]; then echo "!denied $folder"; echo end; exit 0; fi
cd "$folder" || { echo "!denied $folder"; echo end; exit 0; }
{
    if find . -maxdepth 0 -printf '' 2>/dev/null; then find . -type f -name "$name" -printf '%T@ %s %P\n'
    else find . -type f -name "$name" -exec stat -c '%Y %s %n' {} +
    fi
} 2>/dev/null | sed 's/^\([0-9.]* [0-9]* \)\.\//\1/' | awk -v now="$now" -v lag="$lag" '
    /^[0-9]+(\.[0-9]*)? [0-9]+ / {
        n++; rest = $0; sub(/^[^ ]* [^ ]* /, "", rest); first = rest
        if (index(first, "/")) sub(/\/.*/, "", first); else first = "."
        all[first]++; bytes[first] += $2
        if (now - $1 >= lag) { old[first]++; oldbytes[first] += $2 }
        if (n <= 5000) keep[n] = $0
    }
    END {
        if (n <= 5000) for (i = 1; i <= n; i++) print "file " keep[i]
        for (one in all) printf "top %d %.0f %d %.0f %s\n", old[one], oldbytes[one], all[one], bytes[one], one
        printf "count %d\n", n
    }'
# Folders that may not be entered are named by the shell itself: not every find can ask for rights.
find . -type d 2>/dev/null | while IFS= read -r place; do
    if [ ! -r "$place" ] || [ ! -x "$place" ]; then printf '!denied %s\n' "${place#./}"; fi
done | head -n 5
echo end
