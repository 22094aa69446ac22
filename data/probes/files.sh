# Files of each pattern in the arguments: how many, how old, how large. The folder part may hold wildcards too.
# Lines: "now S"; for each: "pattern P", "file MTIME SIZE PATH" (the 100 newest, then the 100 oldest of the rest),
# "count N BYTES", "largest SIZE MTIME PATH", "!missing FOLDER", "!denied FOLDER".
date '+now %s'
list() { # FOLDER NAME: mtime size path of its files
    if find / -maxdepth 0 -printf '' 2>/dev/null; then find "$1" -maxdepth 1 -type f -name "$2" -printf '%T@ %s %p\n'
    else find "$1" -maxdepth 1 -type f -name "$2" -exec stat -c '%Y %s %n' {} +
    fi 2>/dev/null
}
for pattern in "$@"; do
    printf 'pattern %s\n' "$pattern"
    folder=${pattern%/*} name=${pattern##*/}
    [ -n "$folder" ] || folder=/
    found=
    IFS='
'
    for place in $folder; do
        IFS=' 	
'
        if [ ! -d "$place" ]; then
            above=$place
            while [ ! -e "$above" ] && [ "$above" != / ] && [ -n "$above" ]; do above=${above%/*}; done
            if [ -n "$above" ] && [ ! -x "$above" ]; then printf '!denied %s\n' "$place"; else printf '!missing %s\n' "$place"; fi
        elif [ ! -r "$place" ] || [ ! -x "$place" ]; then printf '!denied %s\n' "$place"
        else list "$place" "$name"
        fi
    done | {
        awk '/^!/ { print "0 0 " $0; next } /^[0-9]+(\.[0-9]*)? [0-9]+ / { print }' |
            sort -rn | awk '
            $3 ~ /^!/ { sub(/^0 0 /, ""); print; next }
            { n++; size = $2; bytes += size; if (size > big || n == 1) { big = size; bigline = $0 }
              if (n <= 100) print "file " $0; else tail[n % 100] = $0 }
            END {
                if (n > 100) { first = n > 200 ? n - 99 : 101; for (i = first; i <= n; i++) print "file " tail[i % 100] }
                if (n) { split(bigline, part, " "); rest = bigline; sub(/^[^ ]* [^ ]* /, "", rest)
                    printf "largest %s %s %s\n", part[2], part[1], rest }
                printf "count %d %.0f\n", n, bytes
            }'
    }
    IFS=' 	
'
done
echo end
