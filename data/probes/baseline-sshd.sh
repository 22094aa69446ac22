# Rules of the SSH server. sshd -T, which knows the effective ones, needs root; else the files are shown.
show() {
    echo "@ $1"
    if [ ! -r "$1" ]; then echo "!denied $1"
    else grep -v -e '^[[:space:]]*#' -e '^[[:space:]]*$' "$1" | head -n 500 | sed 's/^/ /'
    fi
}
PATH=$PATH:/usr/sbin:/sbin
echo "= version"
ssh -V 2>&1 | head -n 1 | sed 's/^/ /'
echo "= effective"
if [ "$(id -u)" = 0 ] && command -v sshd >/dev/null 2>&1; then
    answer=$(sshd -T -C user=doesnotexist,host=none,addr=127.0.0.1 2>/dev/null) && printf '%s\n' "$answer" | sed 's/^/ /'
else
    echo "!denied sshd -T"
fi
echo "= files"
if [ -e /etc/ssh/sshd_config ]; then
    show /etc/ssh/sshd_config
    for file in /etc/ssh/sshd_config.d/*.conf; do [ -e "$file" ] && show "$file"; done
    [ -d /etc/ssh/sshd_config.d ] && [ ! -r /etc/ssh/sshd_config.d ] && echo "!denied /etc/ssh/sshd_config.d"
else
    echo "!missing /etc/ssh/sshd_config"
fi
echo "= end"
