#!/usr/bin/env bats
# --probe=e2e: the server itself has to answer, through the master.

load ../lib/helper

setup_file() { make_dir; LOG_LEVEL=DEBUG1 start_sshd; }
setup() { new_root; BEFORE=$(logins); OUT=$BATS_TEST_TMPDIR; }
teardown() {
  if [ -n "${STOPPED:-}" ]; then kill -CONT $STOPPED 2>/dev/null || :; fi
}

# How often the server was asked, which only debugging output tells; some of
# that is on the standard error of sessions.
questions() { grep -c 'tcpip-forward listen .* port 4294967294' "$DIR/sshd.log" || :; }
# What the server has to say where it does not debug.
log_lines() { grep -v '^debug' "$DIR/sshd.log"; }

stop_server_side() {
  STOPPED=$(server_processes)
  # shellcheck disable=SC2086 # a list of words
  stop $STOPPED
}

@test "one login, and one question to the server for each further run" {
  local asked
  fast host true
  wait_until is_released
  asked=$(questions)
  for _ in 1 2 3; do
    run -7 "$SSH_FAST" --probe=e2e -F "$DIR/config" host 'exit 7'
    wait_until is_released
  done
  [ "$(new_logins)" = 1 ]
  [ "$(questions)" = $((asked + 3)) ]
}

@test "--probe=native asks servers of distrusted masters alone" {
  local asked
  fast host true
  wait_until is_released
  fast host true
  wait_until is_released
  asked=$(questions)
  fast host true
  wait_until is_released
  [ "$(questions)" = "$asked" ]
  "$SSH_FAST" --trust=0 --client=ssh -F "$DIR/config" host true
  wait_until is_released
  [ "$(questions)" = $((asked + 1)) ]
  # The native client need not ask: its session has to be opened in time.
  "$SSH_FAST" --trust=0 --client=native -F "$DIR/config" host true
  [ "$(questions)" = $((asked + 1)) ]
  [ "$(new_logins)" = 1 ]
}

@test "the connection that the probe made serves the native client" {
  "$SSH_FAST" --probe=e2e -F "$DIR/config" host true
  wait_until is_released
  for _ in 1 2; do
    run --separate-stderr "$SSH_FAST" --probe=e2e --client=native -F "$DIR/config" \
      host 'echo through; exit 3'
    [ "$status" = 3 ]
    [ "$output" = through ]
  done
  [ "$(new_logins)" = 1 ]
}

@test "the question is one round trip that leaves nothing in the server's log" {
  local before
  fast host true
  wait_until is_released
  before=$(log_lines)
  ls_json --probe=e2e | jq -e '.namespaces[0].leases[0].master.state == "alive"'
  ls_json --probe=e2e | jq -e '.namespaces[0].leases[0].master.state == "alive"'
  wait_until sh -c "[ \$(grep -c 'rtype tcpip-forward want_reply 1' '$DIR/sshd.log') -ge 2 ]"
  [ "$(log_lines)" = "$before" ]
}

@test "a question that was given up is not answered by the master itself later" {
  fast host true
  wait_until is_released
  stop_server_side
  ls_json --probe=e2e | jq -e '.namespaces[0].leases[0].master.state == "hung"'
  ls_json --probe=e2e | jq -e '.namespaces[0].leases[0].master.state == "hung"'
  # shellcheck disable=SC2086 # a list of words
  kill -CONT $STOPPED
  run -0 --separate-stderr "$SSH_FAST" --probe=e2e -F "$DIR/config" host 'echo through'
  [ "$output" = through ]
  [ "$(new_logins)" = 1 ]
}

@test "a server that forbids forwarding answers as well" {
  local setting
  for setting in 'AllowTcpForwarding no' 'DisableForwarding yes' 'PermitOpen none'; do
    (
      make_dir
      # shellcheck disable=SC2030 # a server of its own, with its own log
      trap stop_sshd EXIT
      start_sshd "$setting"
      export SSH_FAST_ROOT=$DIR/r SSH_FAST_PROBE=e2e
      for _ in 1 2 3; do
        fast host true || exit 1
        wait_until test ! -e "$DIR"/r/*/used/s* || exit 1
      done
      [ "$(logins)" = 1 ]
    ) || { echo "$setting" >&2; return 1; }
  done
}

@test "a server that does not answer: e2e logs in anew" {
  fast host true
  wait_until is_released
  stop_server_side
  # The master says that it is alive, and the session waits.
  run timeout 2 ssh -F none -S "$(socket_of)" -O check x
  [ "$status" = 0 ]
  BEFORE=$(logins)
  run timeout 20 "$SSH_FAST" --probe=e2e --verbose -F "$DIR/config" host 'echo anew'
  [ "$status" = 0 ]
  [[ $output = *anew* ]]
  [[ $output = *'hung 1'* ]]
  [ "$(new_logins)" = 1 ]
  # It is out of circulation: the next one does not ask it.
  wait_until one_is_used
  run timeout 20 "$SSH_FAST" --probe=e2e --verbose -F "$DIR/config" host 'echo warm'
  [[ $output = *'hung 0'* ]]
  [ "$(new_logins)" = 1 ]
}

@test "a server that answers again: its master is found again" {
  fast host true
  wait_until is_released
  stop_server_side
  run timeout 20 "$SSH_FAST" --probe=e2e -F "$DIR/config" host true
  wait_until one_is_used
  kill -CONT $STOPPED
  touch -d '1 minute ago' "$ROOT"/*/used/h*
  # Both at once: the one that is in use is not the one that was hung.
  BEFORE=$(logins)
  SSH_FAST_PROBE=e2e fast_exec host 'echo here; sleep 60' >"$OUT/first" &
  local first=$!
  wait_until has_content "$OUT/first"
  "$SSH_FAST" --probe=e2e -F "$DIR/config" host true
  [ "$(new_logins)" = 0 ]
  kill "$first"
  wait "$first" || :
}

@test "ssh-fast-ls --probe=e2e shows a server that does not answer as hung" {
  fast host true
  wait_until is_released
  ls_json --probe=e2e | jq -e '.namespaces[0].leases[0].master.state == "alive"'
  stop_server_side
  ls_json --probe=native | jq -e '.namespaces[0].leases[0].master.state == "alive"'
  ls_json --probe=e2e | jq -e '.namespaces[0].leases[0].master.state == "hung"'
}

@test "a master that is stopped, killed or gone is told as with native" {
  local master
  export SSH_FAST_PROBE=e2e
  fast host true
  wait_until is_released
  master=$(master_pid "$(socket_of)")
  stop "$master"
  run --separate-stderr timeout 20 "$SSH_FAST" -F "$DIR/config" host 'echo fine'
  kill -KILL "$master"
  [ "$output" = fine ]
  [ "$(new_logins)" = 2 ]
  fast host true
  wait_until sh -c "[ \$(find '$ROOT'/*/free -type f | wc -l) -ge 1 ]"
  [ "$(new_logins)" = 2 ]
}

@test "what is no value of --probe is named" {
  local value
  for value in e2e: e2e:60 e3e; do
    run -255 "$SSH_FAST" "--probe=$value" -F "$DIR/config" host true
    [[ $output = *"--probe: $value"* ]]
  done
}
