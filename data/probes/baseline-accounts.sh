# Accounts and password rules. Hashes never leave the server: only whether there is one, and of which scheme.
show() {
    echo "@ $1"
    if [ ! -e "$1" ]; then echo "!missing $1"
    elif [ ! -r "$1" ]; then echo "!denied $1"
    else grep -v -e '^[[:space:]]*#' -e '^[[:space:]]*$' "$1" | head -n 300 | sed 's/^/ /'
    fi
}
only() {
    echo "@ $1"
    if [ ! -e "$1" ]; then echo "!missing $1"
    elif [ ! -r "$1" ]; then echo "!denied $1"
    else grep -v '^[[:space:]]*#' "$1" | grep -E "$2" | head -n 100 | sed 's/^/ /'
    fi
}
echo "= passwd"
if [ -r /etc/passwd ]; then
    awk -F: 'NF >= 7 { print " " $1 ":" ($2 == "" ? "empty" : "set") ":" $3 ":" $7 }' /etc/passwd
else
    echo "!denied /etc/passwd"
fi
echo "= shadow"
if [ ! -e /etc/shadow ]; then
    echo "!missing /etc/shadow"
elif [ ! -r /etc/shadow ]; then
    echo "!denied /etc/shadow"
else
    awk -F: 'NF >= 5 {
        state = "locked"
        if ($2 == "") state = "empty"
        else if (substr($2, 1, 1) == "$") { split($2, part, "$"); state = "hash-" part[2] }
        else if ($2 !~ /^[!*]/ && length($2) >= 13) state = "hash-des"
        print " " $1 ":" state ":" $5
    }' /etc/shadow
fi
echo "= login.defs"
only /etc/login.defs '^[[:space:]]*(PASS_|ENCRYPT_METHOD|UID_MIN|LOGIN_RETRIES)'
echo "= pwquality"
show /etc/security/pwquality.conf
for file in /etc/security/pwquality.conf.d/*.conf; do [ -e "$file" ] && show "$file"; done
echo "= faillock"
show /etc/security/faillock.conf
echo "= pam"
for name in system-auth password-auth common-auth common-account common-password login sshd; do
    [ -e "/etc/pam.d/$name" ] || continue
    only "/etc/pam.d/$name" 'pam_(pwquality|cracklib|passwdqc|faillock|tally|tally2|pwhistory|unix)\.so'
done
[ -d /etc/pam.d ] || echo "!missing /etc/pam.d"
echo "= tmout"
for file in /etc/profile /etc/bashrc /etc/bash.bashrc /etc/profile.d/*.sh; do
    [ -e "$file" ] && only "$file" 'TMOUT'
done
echo "= end"
