#!/usr/bin/env bats
# Sessions that end here while their far commands go on: they cost a session of
# the master's, and not the connection.
# clients: ssh native auto

load ../lib/helper

setup_file() { make_dir; start_sshd "ListenAddress 127.0.0.2" "Match LocalAddress 127.0.0.2" "MaxSessions 2"; }
teardown_file() { stop_sshd; }
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  BEFORE=$(logins)
}
teardown() {
  # What goes on over there: each wrote its pid.
  local file
  for file in "$T"/far.*; do [ ! -s "$file" ] || kill "$(cat "$file")" 2>/dev/null || :; done
}
new_logins() { echo $(($(logins) - BEFORE)); }

# orphan NAME [SIGNAL]: a session that is ended by it while its far command goes
# on, quietly.
orphan() {
  fast_exec host "echo \$\$ >$T/far.$1; exec sleep 60" </dev/null >/dev/null 2>&1 &
  local pid=$!
  wait_until has_content "$T/far.$1"
  kill -"${2:-TERM}" "$pid"
  wait "$pid" || :
  # A client that was killed is nobody's any more when its keeper says so.
  wait_until is_let_go
}
lives_on() { kill -0 "$(cat "$T/far.$1")"; }
# What --verbose tells of the next run.
told() { SSH_FAST_VERBOSE=1 fast host true 2>&1 </dev/null | sed -n "s/^ssh-fast: lease [^,]*, \\(.*\\); tried.*/\\1/p"; }

@test "a far command that outlives a timeout costs no login" {
  local signal
  fast host true
  wait_until is_released
  for signal in TERM INT HUP KILL; do
    orphan "$signal" "$signal"
    lives_on "$signal"
    run --separate-stderr fast host 'echo ran' </dev/null
    [ "$output$stderr" = ran ]
    wait_until is_released
  done
  [ "$(new_logins)" = 1 ]
  [[ $(told) == "warm, master "*", orphans 4" ]]
  # They end, and are forgotten.
  for signal in TERM INT HUP KILL; do kill "$(cat "$T/far.$signal")"; done
  wait_until eval '[[ $(told) == "warm, master "* && $(told) != *orphans* ]]'
}

@test "a master with orphans stays behind one without" {
  orphan one
  local socket
  socket=$(socket_of)
  # One more master, while that is held.
  fast_exec host "echo \$\$ >$T/far.held; exec sleep 60" </dev/null >/dev/null 2>&1 &
  local pid=$! i
  wait_until has_content "$T/far.held"
  fast host true
  kill "$(cat "$T/far.held")"
  wait "$pid" || :
  wait_until is_released
  [ "$(new_logins)" = 2 ]
  for i in 1 2 3; do
    [[ $(told) != *orphans* ]]
    wait_until is_released
  done
  # Both at once, and nobody logs in.
  fast_exec host "echo \$\$ >$T/far.again; exec sleep 60" </dev/null >/dev/null 2>&1 &
  pid=$!
  wait_until has_content "$T/far.again"
  [[ $(told) == *", orphans 1" ]]
  kill "$(cat "$T/far.again")"
  wait "$pid" || :
  [ "$(new_logins)" = 2 ]
}

@test "a master with nine orphans is leased no more, and they go on" {
  local i socket
  fast host true
  socket=$(socket_of)
  for i in 1 2 3 4 5 6 7 8 9; do orphan "$i"; done
  [ "$(new_logins)" = 1 ]
  run --separate-stderr fast host 'echo ran' </dev/null
  [ "$output$stderr" = ran ]
  [ "$(new_logins)" = 2 ]
  [ ! -e "$socket" ]
  for i in 1 5 9; do lives_on "$i"; done
}

@test "a server that grants fewer sessions: a new login, and not a word" {
  local n
  few() { fast -oHostName=127.0.0.2 "$@"; }
  orphan_of_few() {
    fast_exec -oHostName=127.0.0.2 host "echo \$\$ >$T/far.$1; exec sleep 60" </dev/null >/dev/null 2>&1 &
    wait_until has_content "$T/far.$1"
    kill "$!"
    wait "$!" || :
    wait_until is_let_go
  }
  # Two sessions, so the second orphan fills it.
  for n in 1 2; do
    orphan_of_few "$n"
    run --separate-stderr few host 'echo ran' </dev/null
    [ "$output$stderr" = ran ]
    wait_until is_released
    [ "$(new_logins)" = "$n" ]
    [ "$(count_in c)" = 1 ]
    lives_on "$n"
  done
}
