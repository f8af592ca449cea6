#!/bin/sh
# Installs what building and testing need, where something is missing.
set -eu

# Package and a file that it brings.
wanted='
musl-tools /usr/bin/musl-gcc
libssh2-1-dev /usr/include/libssh2.h
pkg-config /usr/bin/pkg-config
openssh-client /usr/bin/ssh
openssh-server /usr/sbin/sshd
bats /usr/bin/bats
strace /usr/bin/strace
valgrind /usr/bin/valgrind
util-linux /usr/bin/flock
iproute2 /sbin/ip
procps /usr/bin/pgrep
expect /usr/bin/expect
vim-tiny /usr/bin/vi
less /usr/bin/less
tmux /usr/bin/tmux
jq /usr/bin/jq
mandoc /usr/bin/mandoc
bash-completion /usr/share/bash-completion/bash_completion
zsh /usr/bin/zsh
fish /usr/bin/fish
lintian /usr/bin/lintian
python3 /usr/bin/python3
rsync /usr/bin/rsync
git /usr/bin/git
parallel /usr/bin/parallel
pdsh /usr/bin/pdsh
clustershell /usr/bin/clush
ansible-core /usr/bin/ansible-playbook
borgbackup /usr/bin/borg
dropbear-bin /usr/sbin/dropbear
spin /usr/bin/spin
'
missing=$(echo "$wanted" | while read -r package file; do
  if [ -n "$package" ] && [ ! -e "$file" ]; then echo "$package"; fi
done)
[ -n "$missing" ] || exit 0

# shellcheck disable=SC2086 # a list of words
set -- $missing
if ! command -v apt-get >/dev/null; then
  echo "please install these packages, or what your system calls them: $*" >&2
  exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "please install as root: apt-get install $*" >&2
    exit 1
  fi
  as_root=sudo
fi
echo "installing $*"
export DEBIAN_FRONTEND=noninteractive
# A fresh machine has no package lists, or old ones.
$as_root apt-get -qq update || :
$as_root apt-get -qq install --no-install-recommends "$@" >/dev/null
