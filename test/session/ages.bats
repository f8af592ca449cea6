#!/usr/bin/env bats
# How long a login lives: what makes the next run log in anew, though a master
# is there that answers.
# clients: ssh native

load ../lib/helper

setup_file() { make_dir; start_sshd; }
teardown_file() { stop_sshd; }
setup() { new_root; OUT=$BATS_TEST_TMPDIR; HOLDER= MASTER=; }
teardown() {
  if [ -n "$MASTER" ]; then kill -CONT "$MASTER" 2>/dev/null || :; fi
  if [ -n "$HOLDER" ]; then kill -KILL "$HOLDER" 2>/dev/null || :; fi
}

# hold: a session that lasts until let_go; HOLDER is its pid.
hold() {
  mkfifo "$OUT/input"
  fast_exec "$@" host 'echo here; read -r word; echo "got $word"' <"$OUT/input" >"$OUT/held" &
  HOLDER=$!
  exec {INPUT}>"$OUT/input"
  wait_until has_content "$OUT/held"
}
let_go() {
  echo fine >&"$INPUT"
  exec {INPUT}>&-
  wait "$HOLDER"
  rm "$OUT/input"
  [ "$(tail -1 "$OUT/held")" = 'got fine' ]
}
free_master() { ls_json | jq -r '.namespaces[].leases[] | select(.state == "free") | .master.pid'; }
held_master() { ls_json | jq -r '.namespaces[].leases[] | select(.state == "held") | .master.pid'; }

@test "gc --retire: idle masters end at once, used ones with their session" {
  hold
  fast host true
  wait_until one_is_used
  local idle busy before
  idle=$(free_master)
  busy=$(held_master)
  before=$(logins)
  run gc --retire -v
  [ "$status" = 0 ]
  [[ "$output" == *"stopped the master of "*"retired the master of "*"stopped 1 master, retired 1 in use; 0 failures" ]] ||
    [[ "$output" == *"retired the master of "*"stopped the master of "*"stopped 1 master, retired 1 in use; 0 failures" ]]
  wait_until ended "$idle"
  kill -0 "$busy"
  [ "$(logins)" = "$before" ]
  fast host true
  [ "$(logins)" = $((before + 1)) ]
  # The session has noticed nothing.
  let_go
  wait_until ended "$busy"
  wait_until is_released
  # That was used by the run behind it, and only by that.
  fast host true
  [ "$(logins)" = $((before + 1)) ]
  gc --retire >/dev/null
  fast host true
  [ "$(logins)" = $((before + 2)) ]
}

@test "gc --retire: honours the pattern and -n, and JSON counts masters" {
  hold
  local before busy
  busy=$(held_master)
  before=$(tree_of "$ROOT")
  run gc -n --retire
  [[ "${lines[0]}" == "would retire the master of $ROOT/"* ]]
  run gc --retire -v 'nobody@*'
  [[ "$output" == *"removed 0 of 0 namespaces"* ]]
  [ "$(tree_of "$ROOT")" = "$before" ]
  run gc --retire -j "*@127.0.0.1:$PORT"
  [ "$(jq -c '[.stopped, .retired, .failures]' <<<"$output")" = '[0,1,0]' ]
  let_go
  wait_until ended "$busy"
}

@test "gc --retire: one that does not answer is told, and is no holder's loss" {
  hold
  MASTER=$(held_master)
  stop "$MASTER"
  SSH_FAST_PROBE_TIMEOUT=200ms run gc --retire
  [ "$status" = 1 ]
  [[ "$output" == *"ssh-fast-gc: cannot stop the master of $ROOT/"*": "*"timed out"* ]]
  kill -CONT "$MASTER"
  let_go
  wait_until is_released
}
