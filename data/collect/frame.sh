# How the console asks a Linux host. Nothing is written, nothing is changed, no right beyond the account's is used.
# Every question is a section in a process group of its own that is ended when its time is over, together with all
# that it started. Works in dash, bash, busybox ash, mksh and ksh93, with or without setsid, head -c and /proc.
LC_ALL=C LANG=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
export LC_ALL LANG PATH
umask 077
NONCE=@NONCE@ BUDGET=@BUDGET@

# Seconds since the start of the machine: no step of the clock disturbs them.
now() { T=; { read -r T T_REST </proc/uptime; } 2>/dev/null || T=$(date +%s).0; }

# When a process was started, in clock ticks: tells it from a later one with the same number.
born() {
  BORN=
  { read -r BORN </proc/"$1"/stat; } 2>/dev/null || return 0
  set -f; set -- ${BORN##*') '}; set +f
  BORN=${20}
}

# nap SECONDS: what a watchdog does. It is ended by KILL in the middle of it: a trap may be overlooked (mksh does, just
# before it waits), and what was started a moment ago may have no name yet. What is left then is one sleep of a second.
nap() {
  naps=$1
  while [ "$naps" -gt 0 ]; do sleep 1; naps=$(( naps - 1 )); done
}

# end_section SIGNAL PID BORN: a section and all that it started. /bin/kill of some systems takes a negative number for
# "everything", so groups are ended by the shell's own kill alone. As root, or without groups, each process is ended by
# its own positive number.
end_section() {
  case $2 in ''|*[!0-9]*|0|1) return ;; esac
  born "$2"
  if [ -n "$GROUPS_END" ]; then
    # Before setsid has done its work there is no group yet.
    kill -s "$1" -- "-$2" || [ "$BORN" != "$3" ] || kill -s "$1" "$2"
    return
  fi
  found=" " more=1
  [ "$BORN" != "$3" ] || found=" $2 "
  while [ -n "$more" ]; do
    more=
    for entry in /proc/[0-9]*; do
      one=${entry#/proc/}
      case $found in *" $one "*) continue ;; esac
      { read -r line <"$entry"/stat; } 2>/dev/null || continue
      line=${line##*') '}; line=${line#? }; parent=${line%% *}
      line=${line#* }; line=${line#* }; session=${line%% *}
      case $found in *" $parent "*) found="$found$one " more=1; continue ;; esac
      if [ -n "$SETSID" ] && [ "$session" = "$2" ]; then found="$found$one " more=1; fi
    done
  done
  for one in $found; do kill -s "$1" "$one"; done
}

# What runs inside a section: the question, without leave to write a file, through a pipe that ends with the section
# even if the question has started something that cannot be ended. TERM ends the question and spares the pipe, so that
# what was said until then arrives; KILL ends all.
RUN='question=$PROBE_QUESTION cap=$PROBE_CAP; unset PROBE_QUESTION PROBE_CAP; exec 4>&1
status=$( { { ( ulimit -f 0; eval "$question" ) 2>&1 3>&- 4>&-; echo $? >&3; } |
  { trap "" TERM; if [ -n "$cap" ]; then exec head -c "$cap"; else exec cat; fi; } >&4 4>&- 3>&-; } 3>&1 )
exit "${status:-143}"'

# ask NUMBER LIMIT CAP QUESTION [ARGUMENT...]: one section.
ask() {
  number=$1 limit=$2 cap=$3 question=$4
  shift 4
  [ -n "$HEAD" ] || cap=
  now; t0=$T
  left=$(( BUDGET - (${t0%%.*} - ${START%%.*}) ))
  if [ "$left" -lt 1 ]; then
    printf '\n@%s E %s late %s %s\n' "$NONCE" "$number" "$t0" "$t0"
    return
  fi
  [ "$limit" -le "$left" ] || limit=$left
  printf '\n@%s B %s\n' "$NONCE" "$number"
  LATE=
  PROBE_QUESTION=$question PROBE_CAP=$cap $SETSID /bin/sh -c "$RUN" probe "$@" </dev/null 2>&1 & p=$!
  born "$p"; was=$BORN
  ( nap "$limit"
    born "$p"; [ "$BORN" = "$was" ] || exit
    # Without a session the children of what TERM has ended could not be found again.
    [ -z "$SETSID" ] || { end_section TERM "$p" "$was"; sleep 0.3 || sleep 1; }
    end_section KILL "$p" "$was"
    sleep 0.3 || sleep 1
    # A process in the kernel's hands cannot be ended, and then it is not waited for either.
    while born "$p"; [ -n "$BORN" ] && [ "$BORN" = "$was" ]; do
      born "$$"; [ "$BORN" = "$SELF" ] || exit
      kill -s USR1 "$$"
      nap 1
    done
  ) </dev/null >/dev/null 2>&1 & w=$!
  wait "$p"; rc=$?
  now
  # Whole seconds are enough to tell: a question that was ended has had them all, and its last words may be under way.
  if [ $(( ${T%%.*} - ${t0%%.*} )) -lt "$limit" ]; then
    kill -s KILL "$w"
  else
    case $rc in 137|138|143|2??) rc=137 ;; esac
  fi
  [ -z "$LATE" ] || { rc=137; kill -s KILL "$w"; }
  wait "$w"
  printf '\n@%s E %s %s %s %s\n' "$NONCE" "$number" "$rc" "$t0" "$T"
}

now; START=$T
USER_ID=$(id -u 2>/dev/null)
printf '\n@%s H %s %s %s\n' "$NONCE" "$START" "$(uname -s 2>/dev/null || echo -)" "${USER_ID:--}"
# What the shell says of sections that were ended belongs to no answer.
exec 2>/dev/null
SETSID= GROUPS_END= HEAD=
case $(command -v kill) in
  kill) if command -v setsid >/dev/null; then SETSID=setsid; [ "$USER_ID" = 0 ] || GROUPS_END=1; fi ;;
esac
[ "$(printf ab | head -c 1)" != a ] || HEAD=1
LATE=
trap 'LATE=1' USR1
born "$$"; SELF=$BORN
( nap $(( BUDGET + 5 ))
  born "$$"; [ "$BORN" != "$SELF" ] || kill -s KILL "$$"
) </dev/null >/dev/null 2>&1 & GUARD=$!
@ASK@
printf '\n@%s END %s\n' "$NONCE" '@COUNT@'
kill -s KILL "$GUARD"; wait "$GUARD"
