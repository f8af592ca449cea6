#!/usr/bin/env bats
# Links that are lost behind a master that lives: the run costs a login within
# the deadline, and the command runs once, also when the link comes back.
# Natively, and with ssh as the client, side by side. Root alone can make the
# machines and cables for it; whoever is not root has these tests left out.

load ../lib/helper
load ../lib/machines

setup_file() {
  make_dir
  can_unshare || return 0
  start_machines
  start_sshd
}
teardown_file() {
  stop_machines
  stop_sshd
}
setup() {
  needs_machines
  T=$BATS_TEST_TMPDIR
  OTHERS=$(server_side || :)
}

# with CLIENT OPTION... WORD: on this machine, into files of the client's.
with() {
  local client=$1
  SSH_FAST_ROOT=$DIR/r$BATS_TEST_NUMBER$client SSH_FAST_CLIENT=$client timeout 40 \
    nsenter "--net=/proc/$HERE_PID/ns/net" "$SSH_FAST" "${@:2:$#-2}" -F "$DIR/config" host "${!#}" \
    >"$T/$client.out" 2>"$T/$client.err" </dev/null 3>&-
}
# both COMMAND...: for each client, side by side.
both() {
  local client pids=()
  for client in native ssh; do
    "$1" "$client" "${@:2}" &
    pids+=($!)
  done
  for client in "${pids[@]}"; do wait "$client"; done
}
warm() {
  with "$1" true
  ROOT=$DIR/r$BATS_TEST_NUMBER$1 wait_until is_released
  with "$1" true
  ROOT=$DIR/r$BATS_TEST_NUMBER$1 wait_until is_released
}
# The server's processes of all connections, and those of this test's.
server_side() { pgrep -P "$(cat "$DIR/sshd.pid")"; }
note_old() { OLD=$(server_side | grep -vxF "$OTHERS"); }
# The ports of this machine that the connections come from.
ports() {
  sed -n 's/^heard .* over [0-9a-f]*:\([0-9a-f]*\)-.*/\1/p' "$DIR/r$BATS_TEST_NUMBER"*/*/free/s* |
    while read -r port; do echo $((16#$port)); done
}
counted() {
  local began
  began=$(date +%s%N)
  with "$@" "echo ran; echo x >>$T/$1.count"
  [ "$(cat "$T/$1.out")" = ran ]
  echo "# $1: $((($(date +%s%N) - began) / 1000000)) ms" >&3
  [ $((($(date +%s%N) - began) / 1000000)) -lt 15000 ]
  ran_once "$1"
}
ran_once() { [ "$(wc -l <"$T/$1.count")" = 1 ]; }
all_are_gone() {
  local pid
  for pid in $OLD; do is_gone "$pid" || return 1; done
}

@test "the address of this machine has gone, and comes back later" {
  both warm
  note_old
  here ip address add 192.0.2.3/24 dev sfa
  here ip address del 192.0.2.1/24 dev sfa
  here ip address add 192.0.2.3/24 dev sfa 2>/dev/null || :
  both counted
  here ip address add 192.0.2.1/24 dev sfa
  wait_until all_are_gone
  both ran_once
}

@test "the cable is pulled and plugged in elsewhere, and then here again" {
  both warm
  note_old
  here ip link set sfa down
  here ip address flush dev sfa
  here ip address add 192.0.2.4/24 dev sfa
  here ip link set sfa up
  both counted
  here ip address add 192.0.2.1/24 dev sfa
  # What is left of the old connection is tried again less and less often.
  if [ "$(times 1 0)" = 1 ]; then
    wait_until all_are_gone || wait_until all_are_gone || wait_until all_are_gone
  fi
  both ran_once
}

# silence add|del: what the server says to those ports is dropped on its way.
silence() {
  local port
  for port in $PORTS; do
    there ip rule "$1" ipproto tcp sport "$PORT" dport "$port" blackhole
  done
}

@test "a connection that is dropped without a word, and remembered later" {
  both warm
  note_old
  PORTS=$(ports)
  [ "$(wc -w <<<"$PORTS")" = 2 ]
  silence add
  both counted
  silence del
  # The server's answer is sent once more and meets nobody.
  wait_until all_are_gone
  both ran_once
}

@test "the server was started anew: it knows of no connection" {
  both warm
  # Another machine of that address, with a server of its own. The cable takes
  # no word of the old one with it.
  local before=$THERE_PID
  start_machine
  THERE_PID=$MACHINE
  nsenter "--net=/proc/$before/ns/net" ip link set sfb netns "$THERE_PID"
  there ip link set lo up
  there ip address add 192.0.2.2/24 dev sfb
  there ip link set sfb up
  kill "$(cat "$DIR/sshd.pid")"
  wait_until is_gone_file "$DIR/sshd.pid"
  there /usr/sbin/sshd -D -e -f "$DIR/sshd_config" 2>>"$DIR/sshd.log" </dev/null >/dev/null 3>&- &
  wait_until has_content "$DIR/sshd.pid"
  both counted
}
