# New bytes of log files since the last look. $1 pattern of the live files, $2 bookmarks, $3 bytes of a first look,
# $4 bytes at most, $5 time of the last look in seconds, 0 for none. Bookmarks, one a line:
#   offset head-length head-cksum tail-length tail-cksum inode mtime nanoseconds path
# Answer, in lines:  T seconds | !denied path | !missing pattern | !tool name | !many count | P path | G number there path
#   F number how inode size mtime nanoseconds start before count head final path   and then head + before + count raw bytes, "\nE\n"
#   L bytes left for the next look | END
# number: of the bookmark, from 0; - for none. G: nobody holds its place; there: whether its live file is. P: packed in a way that is not read.
pattern=$1 marks=$2 first=$3 left=$4 looked=$5
unread=0 claimed= done_with= known=
nl='
'
unset IFS

sum() { cksum | { read -r s_sum s_rest; printf '%s' "$s_sum"; }; }

# part FILE OFFSET COUNT: bytes of the log, unpacked where it is packed.
part() {
  case $1 in
    *.gz) gzip -dc <"$1" 2>/dev/null | tail -c +$(($2 + 1)) | head -c "$3" ;;
    *) tail -c +$(($2 + 1)) <"$1" | head -c "$3" ;;
  esac
}

# facts FILE: inode, size, mtime in seconds and nanoseconds (where stat tells them).
facts() {
  set -- "$1" $(stat -Lc '%i %s %.9Y' "$1" 2>/dev/null)
  case ${4:-%} in *[!0-9.]*) set -- "$1" $(stat -Lc '%i %s %Y' "$1" 2>/dev/null) ;; esac
  inode=$2 size=$3 mtime=${4%.*} nano=0
  case $4 in
    *.?????????*)
      nano=${4#*.}
      while :; do case $nano in 0?*) nano=${nano#0} ;; *) break ;; esac; done ;;
  esac
  if [ -z "$size" ]; then
    set -- "$1" $(ls -Lldin "$1" 2>/dev/null)
    inode=$2 size=${7:-0} mtime=0
  fi
}

# newer SECONDS NANOSECONDS: whether the file whose facts were asked was written later than that.
newer() { [ "$mtime" -gt "$1" ] || { [ "$mtime" = "$1" ] && [ "$nano" -gt "$2" ]; }; }

# holds FILE: whether the place of the bookmark in off, hl, hs, tl, ts lies in it.
holds() {
  case $1 in
    *.gz) command -v gzip >/dev/null || return 1 ;;
    *) facts "$1"; [ "$size" -ge "$off" ] || return 1 ;;
  esac
  [ "$(part "$1" 0 "$hl" | sum)" = "$hs" ] && [ "$(part "$1" $((off - tl)) "$tl" | sum)" = "$ts" ]
}

# send NUMBER HOW FILE START FINAL: what is new in a file; 1 when the share was used up before its end.
send() {
  facts "$3"
  case $3 in
    *.bz2|*.xz|*.zst|*.lz4|*.zip|*.7z|*.Z) printf 'P %s\n' "$3"; return 0 ;;
    *.gz)
      if ! command -v gzip >/dev/null; then printf '!tool gzip\n'; return 1; fi
      size=$(gzip -dc <"$3" 2>/dev/null | wc -c); size=$((size)) ;;
  esac
  count=$((size - $4)) more=0
  if [ "$count" -gt "$left" ]; then more=1 unread=$((unread + count - left)) count=$left; fi
  left=$((left - count))
  before=64 head=256
  [ "$4" -ge 64 ] || before=$4
  [ "$size" -ge 256 ] || head=$size
  printf 'F %s %s %s %s %s %s %s %s %s %s %s %s\n' "$1" "$2" "$inode" "$size" "$mtime" "$nano" "$4" "$before" "$count" \
    "$head" "$5" "$3"
  [ "$head" = 0 ] || part "$3" 0 "$head"
  [ "$((before + count))" = 0 ] || part "$3" $(($4 - before)) $((before + count))
  printf '\nE\n'
  return $more
}

# split_path PATH: folder, name, stem, suffix.
split_path() {
  path=$1 folder=${1%/*} name=${1##*/} suffix=
  stem=$name
  case $name in ?*.*) stem=${name%.*} suffix=.${name##*.} ;; esac
}

# rotated FILE: whether it is a rotated form of the path that was split.
rotated() {
  [ -f "$1" ] && [ "$1" != "$path" ] || return 1
  r=${1##*/}
  case $r in *.gz|*.bz2|*.xz|*.zst|*.lz4|*.zip|*.7z|*.Z) r=${r%.*} ;; esac
  [ "$r" != "$name" ] || return 0
  r=${r#"$stem"}
  if [ -n "$suffix" ]; then
    case $r in "$suffix"*) r=${r#"$suffix"} ;; *) r=${r%"$suffix"} ;; esac
  fi
  case $r in [-._]old|[-._]prev) return 0 ;; [-._][0-9]*) ;; *) return 1 ;; esac
  case $r in *[!-0-9T:._]*) return 1 ;; esac
}

# siblings: the rotated forms beside the path that was split, newest first.
siblings() {
  ls -1td -- "$folder/$stem"* 2>/dev/null | while IFS= read -r s; do
    if rotated "$s"; then printf '%s\n' "$s"; fi
  done
}

among() { case "$nl$2$nl" in *"$nl$1$nl"*) return 0 ;; esac; return 1; }

# mark LINE: takes a bookmark apart.
mark() {
  set -f; set -- $1 "$1"; set +f
  off=$1 hl=$2 hs=$3 tl=$4 ts=$5 ino=$6 mt=$7 mn=$8
  eval "m_line=\${$#}"
  m_path=/${m_line#*/}
}

# find_place: the file that holds the place, in `place`.
find_place() {
  place=
  split_path "$m_path"
  if [ -r "$path" ]; then
    facts "$path"
    if [ "$inode" = "$ino" ] && holds "$path"; then place=$path; return; fi
  fi
  others=$(siblings)
  set -f; IFS=$nl; set -- $others; unset IFS; set +f
  for s do
    facts "$s"
    if [ "$inode" = "$ino" ] && ! among "$s" "$claimed" && holds "$s"; then place=$s; return; fi
  done
  if [ -r "$path" ] && ! among "$path" "$claimed" && holds "$path"; then place=$path; return; fi
  for s do
    if ! among "$s" "$claimed" && holds "$s"; then place=$s; return; fi
  done
}

# follow NUMBER: reads on from the bookmark that was taken apart; its place is in `place`.
follow() {
  split_path "$m_path"
  if [ "$place" = "$path" ]; then send "$1" same "$place" "$off" 0; return; fi
  if [ -z "$place" ] && [ "$off" != 0 ]; then
    there=0
    [ ! -e "$path" ] || there=1
    printf 'G %s %s %s\n' "$1" "$there" "$path"
  fi
  others=$(siblings) chain=
  number=$1
  set -f; IFS=$nl; set -- $others; unset IFS; set +f
  for s do
    # Newest first: what comes after the file that holds the place is older than it.
    [ "$s" != "$place" ] || break
    if [ -z "$place" ]; then facts "$s"; newer "$mt" "$mn" || break; fi
    among "$s" "$claimed$nl$done_with$nl$known" || chain=$s$nl$chain
  done
  if [ -s "$path" ] && ! among "$path" "$claimed"; then chain=$chain$path; fi
  final=0
  [ -z "$chain" ] || final=1
  if [ -n "$place" ]; then send "$number" rotated "$place" "$off" $final || { chain_left "$chain"; return; }; fi
  set -f; IFS=$nl; set -- $chain; unset IFS; set +f
  while [ $# -gt 0 ]; do
    s=$1
    shift
    how=rotated final=1
    [ $# -gt 0 ] || final=0
    [ "$s" != "$path" ] || how=new
    if [ ! -r "$s" ]; then printf '!denied %s\n' "$s"; return; fi
    done_with=$done_with$nl$s
    send "$number" $how "$s" 0 $final || { IFS=$nl; chain_left "$*"; unset IFS; return; }
  done
}

# chain_left FILES: counts files that nothing was read of.
chain_left() {
  set -f; IFS=$nl; set -- $1; unset IFS; set +f
  for s do facts "$s"; unread=$((unread + size)); done
}

now=$(date +%s)
printf 'T %s\n' "$now"
if ! command -v cksum >/dev/null; then printf '!tool cksum\nEND\n'; exit 0; fi
base=$pattern
while :; do case $base in *[*?[]*) base=${base%/*} ;; *) break ;; esac; done
[ "$base" != "$pattern" ] || base=${pattern%/*}
[ -n "$base" ] || base=/
if [ -d "$base" ]; then
  if [ ! -x "$base" ] || { [ ! -r "$base" ] && [ "$base" != "${pattern%/*}" ]; }; then
    printf '!denied %s\nEND\n' "$base"
    exit 0
  fi
fi
IFS=
live=$(ls -1td -- $pattern 2>/dev/null)
unset IFS
set -f; IFS=$nl; set -- $live; unset IFS; set +f
live= many=0
for f do
  case $f in *.gz|*.bz2|*.xz|*.zst|*.lz4|*.zip|*.7z|*.Z) continue ;; esac
  [ -f "$f" ] || continue
  if [ ! -r "$f" ]; then printf '!denied %s\n' "$f"; continue; fi
  many=$((many + 1))
  [ "$many" -gt 64 ] || live=$live$f$nl
done
[ "$many" -le 64 ] || printf '!many %s\n' $((many - 64))
[ -n "$live" ] || printf '!missing %s\n' "$pattern"

if [ "$looked" = 0 ]; then
  set -f; IFS=$nl; set -- $live; unset IFS; set +f
  for f do
    facts "$f"
    start=0
    [ "$size" -le "$first" ] || start=$((size - first))
    start=$((start + start % 2))
    [ "$start" -le "$size" ] || start=$size
    first=$((first - size + start))
    send - first "$f" "$start" 0 || :
  done
else
  set -f; IFS=$nl; set -- $marks; unset IFS; set +f
  places=
  for m do
    mark "$m"
    known=$known$nl$m_path
    place=
    [ "$off" = 0 ] || find_place
    places=$places$place/$nl
    [ -z "$place" ] || claimed=$claimed$nl$place
  done
  n=0
  for m do
    mark "$m"
    place=${places%%"$nl"*} places=${places#*"$nl"}
    place=${place%/}
    if [ -e "$m_path" ] && [ ! -r "$m_path" ]; then :; else follow $n || :; fi
    n=$((n + 1))
  done
  set -f; IFS=$nl; set -- $live; unset IFS; set +f
  for f do
    if among "$f" "$known$nl$claimed$nl$done_with"; then continue; fi
    facts "$f"
    start=0
    if [ "$mtime" -lt "$looked" ] && [ "$size" -gt "$first" ]; then start=$((size - first)); start=$((start + start % 2)); fi
    send - new "$f" "$start" 0 || :
  done
fi
printf 'L %s\nEND\n' "$unread"
