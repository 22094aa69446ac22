#!/bin/sh
# Collects what the console asks of a Linux server, for a stick: sh collect.sh [FOLDER]
#
# It reads and changes nothing but FOLDER (default: the folder of this script), where it leaves one file and its
# checksum. It needs no root. Questions are ended when their time is over; all of it takes 10 minutes at most.
if [ "$1" = --answers ]; then
@FRAME@
exit 0
fi

LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
export LC_ALL PATH
umask 077
self=$0
folder=$1
if [ -z "$folder" ]; then
  case $self in */*) folder=${self%/*} ;; *) folder=. ;; esac
fi
plain() { tr -cd 'A-Za-z0-9._-'; }
encode() { echo; }
encoding=
if command -v base64 >/dev/null; then
  encoding=base64
  encode() { base64 | tr -d ' \r\n'; }
elif command -v od >/dev/null; then
  encoding=hex
  encode() { od -An -v -tx1 | tr -d ' \r\n'; }
elif command -v hexdump >/dev/null; then
  encoding=hex
  encode() { hexdump -v -e '1/1 "%02x"'; }
fi
if [ -z "$encoding" ]; then
  echo "Neither base64, od nor hexdump is installed; nothing was collected." >&2
  exit 3
fi
host=@HOST@
hostname=$(uname -n | plain)
stamp=$(date -u +%Y%m%d-%H%M%S)
collected=$(date -u +%Y-%m-%dT%H:%M:%SZ)
name=cathlab-${host:-$hostname}-$stamp.json
file=$folder/$name
# In a shell of its own: some end when a redirection fails.
if ! ( : >"$file.part" ) 2>/dev/null; then
  echo "Cannot write into $folder. Name a folder: sh collect.sh FOLDER" >&2
  exit 3
fi
echo "Collecting on $hostname, please wait ..."
{
  printf '{%s, "hostname": "%s", "user": "%s", "collected": "%s", %s,\n' \
    @HEAD@ "$hostname" "$(id -un 2>/dev/null | plain)" "$collected" @TAIL@
  printf '"encoding": "%s", "stream": "' "$encoding"
  # From here on it is the text of the sections: this script reads itself again.
  /bin/sh "$self" --answers </dev/null | encode
  printf '"}\n'
} >>"$file.part" || { echo "Cannot write into $folder: is the disk full?" >&2; exit 3; }
mv "$file.part" "$file" || exit 3
checksum() {
  if command -v sha256sum >/dev/null; then sha256sum <"$1"
  elif command -v shasum >/dev/null; then shasum -a 256 <"$1"
  elif command -v openssl >/dev/null; then openssl dgst -sha256 <"$1" | sed 's/.*= *//'
  fi
}
sum=$(checksum "$file")
sum=${sum%% *}
if [ ${#sum} -eq 64 ]; then
  printf '%s  %s\n' "$sum" "$name" >"$file.sha256" || exit 3
  echo "SHA-256 $sum"
else
  echo "No program for SHA-256 here: the file has no checksum beside it."
fi
sync
echo "Written: $file"
