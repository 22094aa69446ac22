# Who asks, what machine this is, its clock, load and memory. One line a fact: a word, a blank, the fact.
PATH=$PATH:/usr/sbin:/sbin
date '+now %s'
uname -srm | sed 's/^/kernel /'
uname -n | sed 's/^/host /'
echo "uid $(id -u)"
echo "user $(id -un 2>/dev/null)"
echo "groups $(id -Gn 2>/dev/null)"
if [ -r /etc/os-release ]; then sed -n 's/^PRETTY_NAME=/release /p' /etc/os-release | tr -d '"'
else
    for file in /etc/kylin-release /etc/redhat-release /etc/SuSE-release; do
        [ -r "$file" ] && head -n 1 "$file" | sed 's/^/release /' && break
    done
fi
if [ -r /proc/uptime ]; then sed 's/^/uptime /' /proc/uptime; else echo "!missing /proc/uptime"; fi
if [ -r /proc/loadavg ]; then sed 's/^/load /' /proc/loadavg; else echo "!missing /proc/loadavg"; fi
cpus=$(grep -c '^processor' /proc/cpuinfo 2>/dev/null)
[ "${cpus:-0}" -gt 0 ] || cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null)
echo "cpus ${cpus:-0}"
if [ -r /proc/meminfo ]; then
    grep -E '^(MemTotal|MemFree|MemAvailable|Buffers|Cached|SwapTotal|SwapFree):' /proc/meminfo | sed 's/^/mem /'
else
    echo "!missing /proc/meminfo"
fi
grep -q '^[^ ]* /proc proc [^ ]*hidepid=\([12i]\|noaccess\)' /proc/mounts 2>/dev/null && echo "!hidden processes"
[ -d /run/systemd/system ] && echo "manager systemd"
for tool in systemctl ss netstat chronyc timedatectl ntpq journalctl smartctl; do
    command -v "$tool" >/dev/null 2>&1 && echo "tool $tool"
done
echo "end"
