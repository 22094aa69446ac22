# New entries of a systemd unit's journal. $1 unit, $2 cursor of the last entry that was read (empty: none), $3 entries
# of a first look, $4 bytes at most. Says `!tool journalctl`, or entries as JSON, one a line, oldest first; with a cursor
# the entry of the cursor itself comes first. What journalctl says besides (missing rights) stands in lines without "{".
if ! command -v journalctl >/dev/null; then printf '!tool journalctl\n'; exit 0; fi
fields=
case $(journalctl --help 2>/dev/null) in
  *--output-fields*) fields=--output-fields=MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_PID,__REALTIME_TIMESTAMP ;;
esac
if [ -n "$2" ]; then
  journalctl --no-pager --unit="$1" --output=json ${fields:+"$fields"} --cursor="$2" 2>&1 | head -c "$4"
else
  journalctl --no-pager --unit="$1" --output=json ${fields:+"$fields"} --lines="$3" 2>&1 | head -c "$4"
fi
printf '\n!end\n'
