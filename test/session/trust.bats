#!/usr/bin/env bats
# Servers that are gone behind a master that lives: the run costs a login, and
# the command runs once. Natively, and with ssh as the client.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  BEFORE=$(logins)
}
teardown() {
  # shellcheck disable=SC2086 # a list of words
  if [ -n "${STOPPED:-}" ]; then kill -CONT $STOPPED 2>/dev/null || :; fi
}

# with CLIENT OPTION... -- WORD...: ssh-fast, into files: a master keeps what it
# was passed.
with() {
  local client=$1 words=()
  shift
  while [ "$1" != -- ]; do
    words+=("$1")
    shift
  done
  shift
  SSH_FAST_CLIENT=$client timeout 30 "$SSH_FAST" "${words[@]}" -F "$DIR/config" host "$@" \
    >"$T/out" 2>"$T/err" </dev/null 3>&-
}
# warm CLIENT: a master that is free again, and trusted.
warm() {
  with "$1" -- true
  wait_until is_released
  with "$1" -- true
  wait_until is_released
  BEFORE=$(logins)
}
# counted CLIENT OPTION...: the command runs, and is counted in $T/count.
counted() {
  local began=$SECONDS
  with "$@" -- "echo ran; echo x >>$T/count"
  [ "$(cat "$T/out")" = ran ]
  # The deadline, a login, and a busy machine.
  [ $((SECONDS - began)) -lt 15 ]
}
ran_once() { [ "$(wc -l <"$T/count")" = 1 ]; }

new_root_for() {
  ROOT=$DIR/r$BATS_TEST_NUMBER$1
  export ROOT SSH_FAST_ROOT=$ROOT
}

# The server's processes of all its connections.
server_side() {
  local listener sessions
  listener=$(cat "$DIR/sshd.pid")
  sessions=$(pgrep -P "$listener")
  echo "$sessions $(pgrep -P "${sessions//$'\n'/,}" -f sshd || :)"
}
freeze() {
  STOPPED=$(server_side)
  # shellcheck disable=SC2086 # a list of words
  kill -STOP $STOPPED
}
thaw() {
  # shellcheck disable=SC2086 # a list of words
  kill -CONT $STOPPED
  STOPPED=
}

# thawed_and_once: nothing begins later. The new connection answers, which is
# behind all that the old one had to do.
thawed_and_once() {
  thaw
  with native -- true
  read -rt 0.3 -u "$SILENCE" || :
  ran_once
}

@test "a frozen server: its trusted master is left, the command runs once" {
  local client
  for client in native ssh; do
    rm -f "$T/count"
    new_root_for "$client"
    warm "$client"
    freeze
    counted "$client"
    [ "$(new_logins)" = 1 ]
    thawed_and_once
  done
}
@test "the server is frozen: one that is not trusted is asked first, and ended" {
  local client
  for client in native ssh; do
    rm -f "$T/count"
    new_root_for "$client"
    warm "$client"
    freeze
    counted "$client" --trust=0 --answer-timeout=1 --verbose
    grep -q 'warm, .*, not trusted\|masters ended 1' "$T/err"
    [ "$(new_logins)" = 1 ]
    thawed_and_once
  done
}

# nowhere OPTION... -- WORD: by default, with all output going nowhere: ssh is
# executed over a trusted master.
nowhere() {
  local options=()
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  timeout 30 "$SSH_FAST" "${options[@]}" -F "$DIR/config" host "$2" </dev/null >/dev/null 2>&1 3>&-
}

@test "a frozen server, by default: a login, and the command runs once" {
  local trust
  for trust in 30 0; do
    rm -f "$T/count"
    new_root_for "default$trust"
    warm native
    nowhere -- true
    wait_until is_released
    freeze
    nowhere "--trust=$trust" --answer-timeout=1 -- "echo x >>$T/count"
    [ "$(new_logins)" = 1 ]
    thawed_and_once
  done
}

@test "the second try after ^C works, and what was given up never runs" {
  local client signal
  for client in native ssh; do
    for signal in INT TERM; do
      rm -f "$T/count"
      new_root_for "$client$signal"
      warm "$client"
      freeze
      SSH_FAST_CLIENT=$client timeout -s "$signal" 1 "$SSH_FAST" --answer-timeout=10 -F "$DIR/config" host \
        "echo x >>$T/count" >"$T/out" 2>"$T/err" </dev/null 3>&- || :
      wait_until is_let_go_or_released
      counted "$client" --answer-timeout=1
      thawed_and_once
    done
  done
}

@test "after ~. over a frozen server the next run logs in, and runs once" {
  new_root_for native
  warm native
  STOPPED=$(server_side)
  run timeout 20 "$BATS_TEST_DIRNAME/../tools/in-terminal.py" do="kill -STOP $(echo $STOPPED)" \
    keys='\r~.' -- "$SSH_FAST" -F "$DIR/config" -tt host 'echo ready; sleep 60'
  [ "$status" = 255 ]
  wait_until is_let_go_or_released
  counted native --answer-timeout=1
  thawed_and_once
}
is_let_go_or_released() {
  [ -z "$(find "$ROOT"/*/used -type f ! -exec flock -n {} true \; -print)" ]
}

@test "an idle master over a healthy link is warm; only client ssh asks first" {
  local client
  for client in native ssh; do
    new_root_for "$client"
    warm "$client"
    with "$client" --trust=0 --verbose -- true
    wait_until is_released
    grep -q "servers asked $([ "$client" = ssh ] && echo 1 || echo 0), masters ended 0" "$T/err"
    # It has been heard from.
    with "$client" --verbose -- true
    grep -q 'warm, .*, trusted; .*servers asked 0' "$T/err"
    [ "$(new_logins)" = 0 ]
  done
}

@test "the time of trust is over, and begins again" {
  warm native
  with native --trust=1 --verbose -- true
  grep -q 'warm, .*, trusted' "$T/err"
  wait_until is_no_longer_trusted
  with native --trust=1 --verbose -- true
  grep -q 'warm, .*, trusted' "$T/err"
}
is_no_longer_trusted() {
  read -rt 1.1 -u "$SILENCE" || :
  with native --trust=1 --verbose -- false
  grep -q 'warm, .*, not trusted' "$T/err"
  # That one has answered.
}

@test "a session that was ended by a signal, or with 255, is no proof of life" {
  local client command
  for client in native ssh; do
    for command in 'exit 255' 'kill -9 $$'; do
      new_root_for "$client${command:0:1}"
      warm "$client"
      with "$client" -- "$command" || :
      wait_until is_released
      with native --verbose -- true
      if [ "$client" = native ]; then grep -q 'warm, .*, not trusted' "$T/err"; fi
      [ "$(new_logins)" = 0 ]
    done
  done
}

@test "a machine that was suspended trusts nobody" {
  unshare --time --boottime 1 true 2>/dev/null || skip "no time namespace can be made here"
  warm native
  with native --verbose -- true
  grep -q 'warm, .*, trusted' "$T/err"
  SSH_FAST=$T/slept
  printf '#!/bin/sh\nexec unshare --time --boottime 5 %s "$@"\n' "$BUILD/ssh-fast" >"$T/slept"
  chmod +x "$T/slept"
  with native --verbose -- true
  grep -q 'warm, .*, not trusted' "$T/err"
  # ssh as the client has the server asked, also where the clock went back.
  SSH_FAST=$BUILD/ssh-fast
  with ssh --verbose -- true
  grep -q 'servers asked 1, masters ended 0' "$T/err"
  wait_until is_released
  [ "$(new_logins)" = 0 ]
  SSH_FAST=$T/slept
  freeze
  counted ssh --answer-timeout=1
  [ "$(new_logins)" = 1 ]
  thawed_and_once
}

@test "what is written of trust and makes no sense counts for nothing" {
  local line file
  warm native
  for line in '' 'heard' 'heard 1' 'heard 1 asleep 0 over' 'heard 99999999999999 asleep 0 over -' \
    'heard 99999999999999999999 asleep 0 over -' 'heard -5 asleep 0 over -' \
    'heard 1 asleep 0 over 7f000001:0016-7f000001:zz16-00000000' "$(head -c 500 /dev/zero | tr '\0' 9)"; do
    file=$(echo "$ROOT"/*/free/s*)
    printf '%-79s\n%s\n' free "$line" >"$file"
    with native --verbose -- true
    grep -q 'warm, .*, not trusted' "$T/err"
    with native --verbose -- true
    grep -q 'warm, .*, trusted' "$T/err"
  done
  [ "$(new_logins)" = 0 ]
}

@test "where the lease is held, its line of trust is that of before" {
  warm native
  SSH_FAST_CLIENT=native fast_exec host 'echo here; sleep 60' >"$T/out" &
  wait_until has_content "$T/out"
  sed -n 1p "$ROOT"/*/used/s* | grep -q '^pid '
  sed -n 2p "$ROOT"/*/used/s* | grep -q '^heard [0-9]* asleep [0-9]* over 7f000001:....-7f000001:....-00000000 *$'
  kill -KILL $!
  wait $! || :
  # It was killed, and has not told what it heard.
  with native --verbose -- true
  grep -q 'salvaged 1' "$T/err"
  grep -q 'warm, .*, not trusted' "$T/err"
}

@test "a killed server side of a warm master: a login, the command runs once" {
  local client
  for client in native ssh; do
    new_root_for "$client"
    warm "$client"
    # shellcheck disable=SC2046 # a list of words
    kill -KILL $(server_side)
    counted "$client"
    ran_once
    rm "$T/count"
  done
}
