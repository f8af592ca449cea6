#!/usr/bin/env bash
# Runs README's two commands, as root and as an ordinary user, in clean roots of
# Debian's releases, and prints a table of what came of it. For root.
#
#   RELEASES="bookworm trixie sid"   which releases
#   MIRROR=URL     of Debian; else the one that apt uses here
#   WORDS="CC=cc"  for make in the roots; CHECK, ONLY and JOBS are passed on
#
# The roots lie below BUILD/releases, with what apt fetched for them, so that a
# second run is quick. Each run starts from a copy of the clean root. All that
# it mounts is in a mount namespace, and all that it starts in a pid namespace:
# nothing of either is left, whatever ends this.
set -u
TOP=$(cd "$(dirname "$0")/.." && pwd)
cd "$TOP" || exit 2
RELEASES=${RELEASES:-bookworm trixie sid}
MIRROR=${MIRROR:-}
USERS="root tester"
ROOTS=$(realpath -m "${BUILD:-build}/releases")

complain() {
  echo "check-releases: $*" >&2
  exit 2
}

# --inside ROOT USER SCRIPT: runs it there, in namespaces that are new. This
# process stays, as the init that reaps.
if [ "${1:-}" = --inside ]; then
  set -e
  root=$2 user=$3 script=$4
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sys "$root/sys"
  mount --bind "$ROOTS/archives" "$root/var/cache/apt/archives"
  mount -t tmpfs -o mode=1777 tmp "$root/tmp"
  mount -t tmpfs -o mode=755 run "$root/run"
  mkdir -m 1777 "$root/run/lock"
  mount -t tmpfs -o mode=755 dev "$root/dev"
  mkdir "$root/dev/pts"
  mkdir -m 1777 "$root/dev/shm"
  while read -r name major minor; do
    mknod -m 666 "$root/dev/$name" c "$major" "$minor"
  done <<'END'
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
END
  mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 pts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  ln -s /proc/self/fd/0 "$root/dev/stdin"
  ln -s /proc/self/fd/1 "$root/dev/stdout"
  ln -s /proc/self/fd/2 "$root/dev/stderr"
  cd "$root"
  pivot_root . .
  umount -l .
  cd /
  home=/root
  if [ "$user" != root ]; then home=/home/$user; fi
  set +e
  env -i HOME="$home" USER="$user" LOGNAME="$user" SHELL=/bin/bash TERM=xterm \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    setsid setpriv --reuid "$user" --regid "$user" --init-groups \
    sh -c "cd ~/ssh-fast && $script" </dev/null &
  wait $!
  exit
fi

# A kill of this script alone ends what runs in the namespaces as well.
inside() {
  BUILD=${ROOTS%/releases} setpriv --pdeathsig KILL \
    unshare --mount --pid --fork --kill-child --propagation private bash \
    "$TOP/test/releases.sh" --inside "$@"
}

find_mirror() {
  [ -z "$MIRROR" ] || return 0
  # shellcheck disable=SC2016 # apt's own variables
  MIRROR=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
    sed -n 's/^Debian //p' | head -n 1)
  [ -n "$MIRROR" ] || complain "cannot tell which mirror of Debian apt uses here: MIRROR=URL says it"
}

# make_clean RELEASE: once.
make_clean() {
  local release=$1 clean=$ROOTS/$1.clean proxy=
  [ ! -d "$clean" ] || return 0
  find_mirror
  echo "making a clean root of $release from $MIRROR"
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  rm -rf "$clean.new"
  http_proxy=${http_proxy:-$proxy} debootstrap --variant=minbase --include=make \
    "$release" "$clean.new" "$MIRROR" >"$ROOTS/$release.log" 2>&1 || {
    tail -n 20 "$ROOTS/$release.log" >&2
    return 1
  }
  # How apt reaches the mirror is as it is here.
  apt-config dump Acquire | grep -E '^Acquire::(https?|Check-|Retries)' \
    >"$clean.new/etc/apt/apt.conf.d/00host"
  echo "127.0.0.1 localhost $(hostname)" >"$clean.new/etc/hosts"
  echo "::1 localhost" >>"$clean.new/etc/hosts"
  chroot "$clean.new" useradd -m -s /bin/bash tester && mv "$clean.new" "$clean"
}

# copy_tree ROOT: the tree as it is here, with its history, for each user.
copy_tree() {
  local root=$1 user home
  for user in $USERS; do
    home=$root/home/$user
    if [ "$user" = root ]; then home=$root/root; fi
    git -c advice.detachedHead=false clone -q --no-hardlinks . "$home/ssh-fast" || return 1
    (cd "$home/ssh-fast" && git ls-files -z | xargs -0 rm -f)
    git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
      if [ -e "$file" ]; then printf '%s\0' "$file"; fi
    done | xargs -0 cp -P --parents -p -t "$home/ssh-fast" || return 1
    chroot "$root" chown -R "$user:" "${home#"$root"}/ssh-fast" || return 1
  done
}

# What the table says of the root: OpenSSH, C library, shells.
# shellcheck disable=SC2016 # for the shell in the root
DESCRIBE='
ssh -V 2>&1 | sed "s/^OpenSSH_\([^ ,]*\).*/\1/"
if readelf -d build/ssh-fast | grep -q NEEDED; then
  ldd --version | sed -n "1s/.* /glibc /p"
else
  echo "$(sed "s/ .*//; s/-gcc//; s,.*/,,; q" build/flags), static"
fi
dpkg-query -W -f "\${Package} \${Version}\n" bash zsh fish |
  sed "s/ [0-9]*:/ /; s/[-+].*//" | paste -sd, | sed "s/,/, /g"'

passed=0 failed=0 skipped=0 rows=()
# run RELEASE USER: the two commands, and a row for the table.
run() {
  local release=$1 user=$2 root=$ROOTS/$1 log=$ROOTS/$1.$2.log demo=ok words word count described began
  words=${WORDS:-}
  for word in ${JOBS:+"JOBS=$JOBS"} ${CHECK:+"CHECK=$CHECK"} ${ONLY:+"ONLY=$ONLY"}; do
    words+=$(printf ' %q' "$word")
  done
  began=$SECONDS
  echo "$release, $user: make deps demo"
  inside "$root" "$user" "make deps demo $words" >"$log" 2>&1 || demo=failed
  echo "$release, $user: make deps check"
  inside "$root" "$user" "make deps check $words" >"$log.check" 2>&1
  # Passed, failed and skipped, of the last line.
  read -r -a count < <(sed -n -E '$!d; s/^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$/\1 \2 \4/p' \
    <(grep -E '^[0-9]+ passed, ' "$log.check"))
  if [ "${#count[@]}" = 0 ]; then
    tail -n 20 "$log.check"
    count=(0 1)
  fi
  if [ "$demo" = failed ]; then
    tail -n 20 "$log"
    count[1]=$((count[1] + 1))
  fi
  grep '^not ok ' "$log.check"
  cat "$log.check" >>"$log"
  rm -f "$log.check"
  mapfile -t described < <(inside "$root" "$user" "$DESCRIBE" 2>/dev/null)
  rows+=("$release|$user|${described[0]:-}|${described[1]:-}|${described[2]:-}|$demo|${count[0]}|${count[1]}|${count[2]:-0}|$((SECONDS - began)) s")
  passed=$((passed + count[0])) failed=$((failed + count[1])) skipped=$((skipped + ${count[2]:-0}))
}

# Before anything is installed: an ordinary user is told what to do.
is_told() {
  inside "$ROOTS/$1" tester "make deps demo" 2>&1 | grep '^deps: please install as root: ' ||
    { echo "an ordinary user is not told what to install"; failed=$((failed + 1)); }
}

[ "$(id -u)" = 0 ] || complain "only root can make roots"
for command in debootstrap unshare setpriv git apt-get; do
  command -v "$command" >/dev/null || complain "$command is not installed"
done
unshare --mount true || complain "cannot make a mount namespace here"
mkdir -p "$ROOTS/archives/partial"
exec 9>"$ROOTS/lock"
flock -n 9 || complain "another run uses $ROOTS"
for release in $RELEASES; do
  root=$ROOTS/$release
  if make_clean "$release" && rm -rf "$root" && cp -a "$ROOTS/$release.clean" "$root" &&
    copy_tree "$root"; then
    is_told "$release"
    for user in $USERS; do run "$release" "$user"; done
  else
    rows+=("$release|||||no root|0|1|0|")
    failed=$((failed + 1))
  fi
  rm -rf "$root"
done 9>&-

echo
{
  echo "RELEASE|USER|OPENSSH|C LIBRARY|SHELLS|DEMO|PASSED|FAILED|SKIPPED|TIME"
  printf '%s\n' "${rows[@]}"
} | column -t -s '|' -o '  '
echo
for release in $RELEASES; do
  for user in $USERS; do
    sed -n 's/^ok .*# skip *//p' "$ROOTS/$release.$user.log" 2>/dev/null | sort | uniq -c |
      while read -r count reason; do echo "skipped, $release, $user: $count: $reason"; done
  done
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
