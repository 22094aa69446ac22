# State of each named service: "= name", then what the system's manager says of it. Nothing is started or stopped.
PATH=$PATH:/usr/sbin:/sbin
date '+now %s'
[ -r /proc/uptime ] && sed 's/^/uptime /' /proc/uptime
systemd=
if [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; then systemd=1; echo "manager systemd"
elif [ -d /etc/init.d ]; then echo "manager sysv"
else echo "!tool systemctl, /etc/init.d"
fi
for name; do
    printf '= %s\n' "$name"
    case $name in ''|-*|*/*) echo "!name"; continue ;; esac
    if [ -n "$systemd" ]; then
        systemctl show -p Id -p LoadState -p ActiveState -p SubState -p Type -p Result -p UnitFileState -p NRestarts \
            -p ActiveEnterTimestampMonotonic -p ExecMainStatus "$name" 2>&1
        echo "exit $?"
    elif [ -x "/etc/init.d/$name" ]; then
        "/etc/init.d/$name" status >/dev/null 2>&1
        echo "sysv $?"
    elif [ -d /etc/init.d ]; then
        echo "sysv absent"
    fi
done
echo "= end"
