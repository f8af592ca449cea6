#!/usr/bin/env bats
# The library that make install leaves, as other programs use it: what they see
# of it, and how they share masters with ssh-fast.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd
  make -C "$TOP" -s install BUILD="$BUILD" DESTDIR="$DIR/inst" >/dev/null
}
setup() {
  new_root
  INSTALLED=$DIR/inst/usr/local
  OUT=$BATS_TEST_TMPDIR
}

# The compiler's words for the installed library, as pkg-config says them.
library_words() {
  PKG_CONFIG_PATH=$INSTALLED/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$DIR/inst \
    pkg-config "$@" ssh-fast
}
# build OUTPUT SOURCE COMPILER...
build() {
  local words
  read -ra words <<<"$(library_words --cflags --libs)"
  "${@:3}" -Wall -Wextra -Werror -o "$1" "$2" "${words[@]}"
}

# user LINE...: what library-user says of each line.
user() { printf '%s\n' "$@" | "$TOOLS/library-user"; }
# In the background: say LINE has it do that, and hears one line in ANSWER.
start_user() {
  coproc USER_IO { exec "$TOOLS/library-user" 3>&-; }
  say "open $ROOT mine"
  [ "$ANSWER" = open ]
}
say() {
  echo "$*" >&"${USER_IO[1]}"
  read -rt 60 ANSWER <&"${USER_IO[0]}"
}

# bats test_tags=unsanitized
@test "every name that the library shows begins with ssh_fast_" {
  local names
  names=$(nm -g --defined-only "$INSTALLED/lib/libssh-fast.a" | awk 'NF == 3 {print $3}')
  [ "$(grep -c '^ssh_fast_' <<<"$names")" -ge 10 ]
  run -1 grep -v '^ssh_fast_' <<<"$names"
}

# bats test_tags=unsanitized
@test "the library neither prints nor ends the process" {
  run -1 grep -wE 'exit|abort|w?printf|puts|perror|fprintf|stderr|stdout' \
    <(nm -u "$INSTALLED/lib/libssh-fast.a")
}

@test "pkg-config tells its version and where it lies" {
  [ "$(library_words --modversion)" = "$("$SSH_FAST" --version | awk '{print $2}')" ]
  [ "$(library_words --cflags --libs | xargs -n1 | grep -c "^-[IL]$INSTALLED/")" = 2 ]
}

# bats test_tags=unsanitized
@test "C and C++ programs, static and shared ones, can link the library" {
  cat >"$OUT/user.c" <<'END'
#include <ssh-fast.h>
int main(void) { ssh_fast_close(0); return ssh_fast_version()[0] == 0; }
END
  build "$OUT/user" "$OUT/user.c" cc -std=c11
  "$OUT/user"
  build "$OUT/user" "$OUT/user.c" cc -static
  "$OUT/user"
  build "$OUT/user.so" "$OUT/user.c" cc -shared -fPIC -Wl,-z,defs
  if command -v g++ >/dev/null; then
    cp "$OUT/user.c" "$OUT/user.cc"
    build "$OUT/user" "$OUT/user.cc" g++
    "$OUT/user"
  fi
}

# bats test_tags=unsanitized
@test "an example leases a master, runs ssh -S over it and releases it" {
  build "$OUT/over-lease" "$INSTALLED/share/doc/ssh-fast/examples/over-lease.c" cc
  mkdir "$DIR/h" "$DIR/h/.ssh"
  local before
  before=$(logins)
  over() { HOME=$DIR/h "$OUT/over-lease" mine -F "$DIR/config" host "$@"; }
  run -7 over 'echo cold; exit 7'
  [ "$output" = cold ]
  [ "$(over echo warm)" = warm ]
  [ "$(logins)" = $((before + 1)) ]
  # Two at once have a master each; ssh-fast takes the one that is free.
  ROOT=$DIR/h/.ssh/ssh-fast
  over sleep 60 3>&- &
  local pid=$!
  wait_until one_is_used
  "$SSH_FAST" --root="$ROOT" --namespace=mine -F "$DIR/config" host true
  [ "$(logins)" = $((before + 2)) ]
  wait_until one_is_used
  kill "$(pgrep -P "$pid" | head -n 1)" 2>/dev/null || kill "$pid"
  wait "$pid" || :
}

@test "a lease of the library and one of ssh-fast exclude each other" {
  local before
  SSH_FAST_NAMESPACE=mine warm_up
  before=$(logins)
  start_user
  say acquire MASTER 5000
  [[ "$ANSWER" == "warm $ROOT/"*"/c/s"* ]]
  "$SSH_FAST" --namespace=mine -F "$DIR/config" host true
  [ "$(logins)" = $((before + 1)) ]
  say release
  [ "$ANSWER" = "release 0" ]
  wait_until is_released
  "$SSH_FAST" --namespace=mine -F "$DIR/config" host true
  [ "$(logins)" = $((before + 1)) ]
  [ "$("$BUILD/ssh-fast-ls" -j | jq '.namespaces[0].leases | length')" = 2 ]
}

@test "probe asks the master, or its server, and touch shows the use" {
  local socket pid server
  SSH_FAST_NAMESPACE=mine warm_up
  socket=$(socket_of)
  pid=$(master_pid "$socket")
  start_user
  say acquire SERVER 5000
  [[ "$ANSWER" == "warm $socket $socket" ]]
  say probe MASTER 5000
  [ "$ANSWER" = "alive $pid" ]
  touch -d '2001-01-01' "$socket"
  say touch
  [ "$ANSWER" = "touch 0" ]
  [ "$(stat -c %Y "$socket")" -gt 1000000000 ]
  # The master answers without its server, which the other check asks.
  server=$(server_processes)
  # shellcheck disable=SC2086 # words
  stop $server
  say probe MASTER 5000
  [ "$ANSWER" = "alive $pid" ]
  say probe SERVER 200
  [ "$ANSWER" = "hung $pid" ]
  # shellcheck disable=SC2086 # words
  kill -CONT $server
  say probe SERVER 10000
  [ "$ANSWER" = "alive $pid" ]
  ssh -F none -S "$socket" -O exit x 2>/dev/null
  wait_until ended "$pid"
  say probe MASTER 5000
  [ "$ANSWER" = "dead 0" ]
  say touch
  [ "$ANSWER" = "touch No such file or directory" ]
  say release
  [ "$ANSWER" = "release 0" ]
  [ "$(used_names)$(free_names)" = 00 ]
}

@test "nobody gets a master that the library has found hung" {
  local socket pid before
  SSH_FAST_NAMESPACE=mine warm_up
  socket=$(socket_of)
  pid=$(master_pid "$socket")
  before=$(logins)
  start_user
  say acquire MASTER 5000
  stop "$pid"
  say probe MASTER 100
  [ "$ANSWER" = "hung 0" ]
  say release
  grep -q '^hung' "$ROOT"/*/used/h*
  "$SSH_FAST" --namespace=mine -F "$DIR/config" host true
  [ "$(logins)" = $((before + 1)) ]
  # Once it answers it is leased again, and nothing logs in.
  kill -CONT "$pid"
  say acquire NOTHING 0
  [[ "$ANSWER" == "warm "* ]]
  [ "$(logins)" = $((before + 1)) ]
}

@test "what went wrong is told by its kind, and in a sentence" {
  mkdir -p "$OUT/open"
  chmod 777 "$OUT/open"
  run user "open $OUT/open mine"
  [ "$output" = "untrusted 0 cannot trust $OUT/open: other users may write or read there" ]
  run user "open $OUT/$(printf '%080d' 0) mine"
  [[ "$output" == "unusable 0 cannot "*" characters"* ]]
  : >"$OUT/file"
  run user "open $OUT/file/below mine"
  [ "$output" = "system 20 cannot open $OUT/file: Not a directory" ]
}

@test "a percent sign in the root is doubled for ssh -S, and for nothing else" {
  run user "open $ROOT%h mine" "acquire MASTER 100" release
  [[ "${lines[1]}" =~ ^"cold $ROOT%h/"[^\ ]*\ "$ROOT%%h/" ]]
  [ "${lines[2]}" = "release 0" ]
}
