#!/bin/sh
# deps.sh [GOAL...]: installs what these goals of make need, where something is
# missing: what building and the demo need, and for any other goal what the
# tests need. --list prints the packages instead, --install installs them.
set -eu

# A package and a file that it brings.
for_building='
gcc /usr/bin/gcc
libc6-dev /usr/include/stdio.h
musl-tools /usr/bin/musl-gcc
libssh2-1-dev /usr/include/libssh2.h
pkg-config /usr/bin/pkg-config
openssh-client /usr/bin/ssh
openssh-server /usr/sbin/sshd
'
for_tests='
bats /usr/bin/bats
strace /usr/bin/strace
valgrind /usr/bin/valgrind
util-linux /usr/bin/flock
iproute2 /sbin/ip
procps /usr/bin/pgrep
xauth /usr/bin/xauth
expect /usr/bin/expect
netcat-openbsd /usr/bin/nc
openssl /usr/bin/openssl
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
# Another folder than the root of this system, for a test of this script.
system=${DEPS_SYSTEM:-}

# wanted GOAL...
wanted() {
  echo "$for_building"
  for goal; do
    case $goal in
    all | demo | install | uninstall | deb | dist | clean | help) ;;
    *) echo "$for_tests" && break ;;
    esac
  done
}

# While packages are installed, this file keeps dpkg from starting services. It
# denies only as long as this process exists, however that ends. Where there is
# such a file, that is the administrator's word.
policy=$system/usr/sbin/policy-rc.d
start_no_daemons() {
  if [ -e "$policy" ]; then return; fi
  trap 'rm -f "$policy" "$log"' EXIT
  printf '#!/bin/sh\n[ ! -d /proc/%s ] || exit 101\n' $$ >"$policy"
  chmod 755 "$policy"
}
# The package also enables its daemon for the next boot.
disable_sshd() {
  if command -v systemctl >/dev/null; then
    systemctl --quiet disable ssh.service ssh.socket >/dev/null 2>&1 || :
  fi
  echo "installed openssh-server for throwaway servers; its daemon is not enabled"
}

# install PACKAGE...: as root. What apt has to say is shown where it fails.
install() {
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  had_sshd=
  if [ -e "$system/usr/sbin/sshd" ]; then had_sshd=yes; fi
  start_no_daemons
  echo "installing $*"
  export DEBIAN_FRONTEND=noninteractive
  # A fresh machine has no package lists, or old ones.
  {
    apt-get -q update || :
    apt-get -q -y install --no-install-recommends "$@"
  } >"$log" 2>&1 </dev/null || {
    cat "$log" >&2
    echo "deps: cannot install $*: see the messages of apt-get above" >&2
    exit 1
  }
  if [ -z "$had_sshd" ] && [ -e "$system/usr/sbin/sshd" ]; then disable_sshd; fi
}

case ${1:-} in
--list)
  shift
  wanted "$@" | awk 'NF {print $1}'
  exit
  ;;
--install)
  shift
  install "$@"
  exit
  ;;
esac
missing=$(wanted "$@" | while read -r package file; do
  if [ -n "$package" ] && [ ! -e "$system$file" ]; then echo "$package"; fi
done)
[ -n "$missing" ] || exit 0

# shellcheck disable=SC2086 # a list of words
set -- $missing
if ! command -v apt-get >/dev/null; then
  echo "deps: please install these packages, or what your system calls them: $*" >&2
  exit 1
fi
if [ "$(id -u)" = 0 ]; then
  install "$@"
elif command -v sudo >/dev/null; then
  exec sudo sh "$0" --install "$@"
else
  echo "deps: please install as root: apt-get install --no-install-recommends $*" >&2
  exit 1
fi
