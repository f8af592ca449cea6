#!/usr/bin/env bash
# The main paths, once each, under valgrind: what reads memory that holds
# nothing yet, and what loses memory. Whatever becomes ssh is left alone.
set -u
cd "$(dirname "$0")/.." || exit 2
command -v valgrind >/dev/null || {
  echo "valgrind is not installed" >&2
  exit 1
}
build=${BUILD:-build}/valgrind
mkdir -p "$build/test"
BUILD=$(realpath "$build")
# With the system's C library, which valgrind knows, and without a clone.
make -s CC=cc BUILD="$BUILD" OPTIMISE="-O1 -g" CPPFLAGS=-DSTART_CHILD_BY_FORK \
  HEALTH=no all "$BUILD/test/free-port" >/dev/null || exit 1

# The servers and the configuration of the tests.
bats_require_minimum_version() { :; }
SUITE=$(mktemp -d /tmp/sf.XXXXXX)
# shellcheck source=test/lib/helper.bash
. test/lib/helper.bash
unset SSH_AUTH_SOCK DISPLAY KRB5CCNAME
for name in $(compgen -e SSH_FAST_); do unset "$name"; done
make_sshd_folder
make_dir
# shellcheck disable=SC2317 # the trap calls it
clean_up() {
  stop_sshd
  rm -rf "$SUITE"
}
trap clean_up EXIT
# shellcheck disable=SC2119 # no lines more in its configuration
start_sshd || exit 1
export SSH_FAST_ROOT=$DIR/root
ROOT=$SSH_FAST_ROOT
mkdir "$DIR/reports"
failed=0

# watched NAME STATUS PROGRAM [ARGUMENT...]: that ends so, with what valgrind
# says of it and of its keeper in files of that name.
watched() {
  local name=$1 expected=$2 status=0 program=$BUILD/$3
  shift 3
  timeout 60 valgrind -q --error-exitcode=99 --leak-check=full \
    --show-leak-kinds=definite --errors-for-leak-kinds=definite \
    --log-file="$DIR/reports/$name.%p" "$program" "$@" \
    </dev/null >"$DIR/out" 2>"$DIR/err" || status=$?
  if wait_until is_released && [ "$status" = "$expected" ]; then
    echo "ok $name"
    return
  fi
  echo "not ok $name: status $status, not $expected"
  cat "$DIR/out" "$DIR/err"
  failed=1
}
# shellcheck disable=SC2317 # wait_until calls it
nobody_is_watched() { [ -z "$(pgrep -f "^[^ ]*valgrind.*$DIR/reports")" ]; }

config=(-F "$DIR/config")
watched explain 0 ssh-fast --explain "${config[@]}" host
watched cold 3 ssh-fast "${config[@]}" host 'exit 3'
watched warm 4 ssh-fast "${config[@]}" host 'exit 4'
watched verbose 0 ssh-fast --verbose "${config[@]}" -l "$(id -un)" host true
watched "explain, warm" 0 ssh-fast --explain "${config[@]}" host
watched native 5 ssh-fast --client=native "${config[@]}" host 'cat; echo out; echo err >&2; exit 5'
watched "native, killed" 255 ssh-fast --client=native "${config[@]}" host 'kill -KILL $$'
# shellcheck disable=SC2016 # the far side's
watched plain 6 ssh-fast "${config[@]}" -o ControlPath=none host 'exit 6'
watched "in background" 0 ssh-fast -f "${config[@]}" host true
watched ls 0 ssh-fast-ls
watched "ls, long" 0 ssh-fast-ls -l
watched "ls, JSON" 0 ssh-fast-ls -j
watched "gc, dry" 0 ssh-fast-gc -n
timeout 5 ssh -F none -S "$(socket_of)" -O exit x 2>/dev/null
watched gc 0 ssh-fast-gc
watched help 0 ssh-fast --help
watched "a bad option" 255 ssh-fast --no-such-option host
watched "a bad value" 255 ssh-fast --persist=x host
watched "arguments that ssh rejects" 255 ssh-fast -z host
watched "no destination" 255 ssh-fast "${config[@]}"
# Keepers end a little later. Lines with == are reports, those with -- are
# valgrind's own troubles.
wait_until nobody_is_watched || failed=1
if grep -r '^==' "$DIR/reports"; then failed=1; fi
if [ "$failed" = 0 ]; then echo "valgrind: nothing to report"; fi
exit "$failed"
