# Machines of a network, for those test files that need more than loopback:
# network namespaces, which root alone can make.

# At most 600 seconds, should nobody be left to end it.
start_machine() {
  unshare --net sleep 600 3>&- &
  local pid=$!
  echo "$pid" >>"$DIR/machines"
  wait_until is_unshared "$pid"
  MACHINE=$pid
}
is_unshared() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }

can_unshare() { [ "$(id -u)" = 0 ] && unshare --net true 2>/dev/null; }
# Left out where that cannot be.
needs_machines() {
  [ "$(id -u)" = 0 ] || skip "only root can make network namespaces"
  can_unshare || skip "no network namespace can be made here"
}
# Two machines, HERE_PID and THERE_PID, 192.0.2.1 and .2, with a cable between
# sfa and sfb.
start_machines() {
  start_machine
  HERE_PID=$MACHINE
  start_machine
  THERE_PID=$MACHINE
  export HERE_PID THERE_PID
  ip link add sfa netns "$HERE_PID" type veth peer name sfb netns "$THERE_PID"
  here ip link set lo up
  here ip address add 192.0.2.1/24 dev sfa
  here ip link set sfa up
  there ip link set lo up
  there ip address add 192.0.2.2/24 dev sfb
  there ip link set sfb up
  ADDRESS=192.0.2.2
  # shellcheck disable=SC2034 # for start_sshd
  SERVED_BY=(nsenter "--net=/proc/$THERE_PID/ns/net")
  export ADDRESS
}
stop_machines() {
  local pid
  if [ -e "$DIR/machines" ]; then
    while read -r pid; do kill "$pid" 2>/dev/null || :; done <"$DIR/machines"
  fi
}

# A kernel without IPv6 knows no such address.
has_ipv6() { there ip -6 address show dev lo | grep -q 'inet6 ::1'; }

here() { nsenter "--net=/proc/$HERE_PID/ns/net" "$@"; }
there() { nsenter "--net=/proc/$THERE_PID/ns/net" "$@"; }
here_exec() { exec nsenter "--net=/proc/$HERE_PID/ns/net" "$@"; }
