#!/usr/bin/env bats
# --slots: sessions that share a master, and what they never do.

load ../lib/helper

setup_file() { make_dir; start_sshd "MaxSessions 8"; }
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  BEFORE=$(logins)
  STARTED=()
  export SSH_FAST_SLOTS=4
}
teardown() {
  local pid
  for pid in "${STARTED[@]}"; do
    kill -KILL "$pid" 2>/dev/null || continue
    wait "$pid" || :
  done
}
start() {
  fast_exec "$@" <&"$SILENCE" >/dev/null &
  STARTED+=($!)
}
have_logged_in() { [ "$(new_logins)" = "$1" ]; }
are_used() { [ "$(used_names)" = "$1" ]; }
all_done() { # PID...
  local pid failed=0
  for pid; do wait "$pid" || failed=$((failed + 1)); done
  [ "$failed" = 0 ]
}
# The most sessions that one connection ever had at once: each session writes
# "+ CONNECTION" and "- CONNECTION", where SSH_CONNECTION tells them apart.
most_at_once() { awk '{n[$2] += $1 == "+" ? 1 : -1; if (n[$2] > most) most = n[$2]} END {print most + 0}' "$1"; }
# What a session runs so that this can be counted.
counted() {
  # shellcheck disable=SC2016 # the far shell's own
  echo 'set -- $SSH_CONNECTION; echo "+ $2" >>'"$T/log"'; '"$1"'; echo "- $2" >>'"$T/log"
}

@test "that many sessions share a master, and one more has another" {
  fast host true </dev/null
  local i
  for i in 1 2 3 4; do
    start host 'read line'
    wait_until are_used "$i"
  done
  [ "$(new_logins)" = 1 ]
  start host 'read line'
  wait_until are_used 5
  wait_until have_logged_in 2
  [ "$(masters_below "$ROOT" | wc -l)" = 2 ]
}

@test "slots of the most used master come first" {
  local i
  for i in 1 2 3 4 5 6; do
    start host "while [ ! -e $T/end.$i ]; do sleep 0.1; done"
    wait_until are_used "$i"
    wait_until have_logged_in $(((i + 3) / 4))
  done
  # One slot of the first master gets free, and one more of the second.
  touch "$T/end.1" "$T/end.5"
  wait_until are_busy '[1,3]'
  start host "while [ ! -e $T/end.7 ]; do sleep 0.1; done"
  wait_until are_busy '[1,4]'
  [ "$(new_logins)" = 2 ]
}
# are_busy LIST: how many sessions each master has.
are_busy() {
  [ "$(ls_json | jq -c '[.namespaces[].leases[] | select(.state == "held") | .master.pid] | group_by(.) | map(length) | sort')" = "$1" ]
}

@test "who shares is never mixed with who does not" {
  fast host true </dev/null
  SSH_FAST_SLOTS=1 fast host true </dev/null
  SSH_FAST_SLOTS=2 fast host true </dev/null
  SSH_FAST_SLOTS=1 SSH_FAST_NAMESPACE=mine fast host true </dev/null
  SSH_FAST_SLOTS=2 SSH_FAST_NAMESPACE=mine fast host true </dev/null
  [ "$(new_logins)" = 5 ]
  [ "$(find "$ROOT" -mindepth 1 -maxdepth 1 -type d | wc -l)" = 5 ]
  [ "$(SSH_FAST_SLOTS=1 folder_of -F "$DIR/config" host)" = "$(SSH_FAST_SLOTS='' folder_of -F "$DIR/config" host)" ]
}

@test "with one login for many at once, nobody logs in who can share" {
  local i pids=()
  export SSH_FAST_SLOTS=8
  for ((i = 0; i < 8; i++)); do
    fast_exec host 'sleep 0.5' </dev/null &
    pids+=($!)
  done
  all_done "${pids[@]}"
  [ "$(new_logins)" -le 2 ]
}

@test "the slot of a killed session stays unused while its command runs" {
  fast host true </dev/null
  start host "echo \$\$ >$T/up.1; exec sleep 30"
  wait_until test -s "$T/up.1"
  kill -KILL "${STARTED[0]}"
  wait "${STARTED[0]}" || :
  gc -q
  gone() { [ "$(free_names) $(used_names)" = "3 0" ]; }
  gone
  # The same with a signal that ssh ends by in order.
  start host "echo \$\$ >$T/up.2; exec sleep 30"
  wait_until test -s "$T/up.2"
  kill -TERM "${STARTED[1]}"
  wait "${STARTED[1]}" || :
  gone() { [ "$(free_names) $(used_names)" = "2 0" ]; }
  wait_until gone
  # And without gc: who finds no other slot passes it over.
  start host "echo \$\$ >$T/up.3; exec sleep 30"
  wait_until test -s "$T/up.3"
  kill -KILL "${STARTED[2]}"
  wait "${STARTED[2]}" || :
  start host "echo \$\$ >$T/up.4; exec sleep 30"
  wait_until test -s "$T/up.4"
  fast host true </dev/null
  [ "$(new_logins)" = 2 ]
  # shellcheck disable=SC2046 # numbers
  kill $(cat "$T"/up.*)
}

@test "a master whose sessions are others' too is not ended for one that hangs" {
  fast host true </dev/null
  start host "read line; echo \$line >$T/line"
  wait_until are_used 1
  local master
  master=$(master_pid "$(find "$ROOT" -path '*/c/s*' | head -1)")
  stop "$master"
  # The stopped one is left, for a master that answers.
  SSH_FAST_PROBE_TIMEOUT=100 fast host true </dev/null
  [ "$(new_logins)" = 2 ]
  kill -CONT "$master"
  [ -e "/proc/$master" ]
  [ -e "/proc/${STARTED[0]}" ]
}

@test "never more than that many on a master, whatever is killed" {
  local i pids=() victims count until
  count=$(times 24 8)
  until=$(($(milliseconds) + $(times 30000 3000)))
  : >"$T/log"
  worker() {
    while [ "$(milliseconds)" -lt "$until" ]; do
      fast host "$(counted 'sleep 0.2')" </dev/null >/dev/null 2>&1 || :
    done
  }
  for ((i = 0; i < count; i++)); do worker & pids+=($!); done
  while [ "$(milliseconds)" -lt "$until" ]; do
    read -rt 0.1 -u "$SILENCE" || :
    mapfile -t victims < <(pgrep -f -- "^$SSH_FAST -F $DIR/config host" | shuf -n 1)
    [ $((RANDOM % 6)) != 0 ] || mapfile -t victims < <(masters_below "$ROOT" | shuf -n 1)
    [ "${#victims[@]}" = 0 ] || kill -KILL "${victims[@]}" 2>/dev/null || :
  done
  for i in "${pids[@]}"; do wait "$i" || :; done
  wait_until is_quiet
  [ "$(grep -c '^+' "$T/log")" -gt 10 ]
  [ "$(most_at_once "$T/log")" -le 4 ]
  [ "$(grep -c 'no more sessions' "$DIR/sshd.log")" = 0 ]
}
is_quiet() { [ "$(grep -c '^+' "$T/log")" = "$(grep -c '^-' "$T/log")" ]; }

@test "gc and ls know slots for what they are" {
  fast host true </dev/null
  [ "$(ls_json | jq -c '[.namespaces[].leases[] | .master.state] | unique')" = '["alive"]' ]
  [ "$(ls_json | jq -c '[.namespaces[].leases[] | .master.pid] | unique | length')" = 1 ]
  gc -q
  [ "$(free_names)" = 4 ]
  gc -q --exit-idle
  gc -q --ttl=1
  [ "$(free_names) $(used_names)" = "0 0" ]
}

@test "one question is enough for eight sessions, three windows and an scp" {
  needs_command expect
  local i key=$T/key
  ssh-keygen -q -t ed25519 -N secret -f "$key" -C asks
  cat "$key.pub" >>"$DIR/authorized_keys"
  sed "s|^  IdentityFile .*|  IdentityFile $key|" "$DIR/config" >"$T/asks"
  export SSH_FAST_SLOTS=8
  # shellcheck disable=SC2016 # expect's own, and the inner shell's
  export SSH_FAST ASKS=$T/asks
  run expect -c '
    set timeout 30
    spawn -noecho bash -c {for i in 1 2 3 4 5 6 7 8; do "$SSH_FAST" -F "$ASKS" host "echo fine" </dev/null & done; wait; echo over}
    set questions 0
    expect {
      "passphrase" {incr questions; send "secret\r"; exp_continue}
      "over" {}
      timeout {exit 3}
      eof {exit 4}
    }
    puts "questions: $questions"'
  [ "$(grep -c fine <<<"$output")" = 8 ]
  [ "$(grep -o 'questions: .*' <<<"$output" | tr -d '\r')" = 'questions: 1' ]
  for i in 1 2 3; do
    [ "$("$SSH_FAST" -F "$T/asks" host 'echo window' </dev/null)" = window ]
  done
  echo data >"$T/from"
  scp -q -S "$SSH_FAST" -F "$T/asks" "$T/from" "host:$T/to" </dev/null
  cmp "$T/from" "$T/to"
  [ "$(new_logins)" = 1 ]
}
