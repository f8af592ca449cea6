#!/usr/bin/env bats
# Forwarded displays: each run gets to the display that plain ssh would get to.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd "X11Forwarding yes"
}
setup() { new_root; T=$BATS_TEST_TMPDIR; }
teardown() { if [ -n "${X_PID:-}" ]; then kill "$X_PID" && wait "$X_PID" || :; fi; }

pool() { folder_of -F "$DIR/config" "$@"; }
decision() { decision_of -F "$DIR/config" "$@"; }

@test "untrusted X11 is plain, unless it has no timeout" {
  [[ "$(decision -X -oForwardX11Trusted=no host)" == "plain ssh, untrusted X11 has a timeout" ]]
  [[ "$(decision -oForwardX11=yes -oForwardX11Trusted=no -oForwardX11Timeout=10m host)" == plain* ]]
  [[ "$(decision -X -oForwardX11Trusted=no -oForwardX11Timeout=0 host)" == lease* ]]
  [[ "$(decision -Y host)" == lease* ]]
  # Not forwarded, it has no effect.
  [[ "$(decision -oForwardX11Trusted=no host)" == lease* ]]
  write_config "$DIR/untrusted" "ForwardX11 yes" "ForwardX11Trusted no"
  [[ "$(decision_of -F "$DIR/untrusted" host)" == plain* ]]
  [[ "$(decision_of -F "$DIR/untrusted" -x host)" == lease* ]]
}

@test "the display and the file of its key count where X11 is forwarded" {
  local first
  export DISPLAY=:7 XAUTHORITY=$T/one
  echo one >"$T/one"
  first=$(pool -Y host)
  [ "$first" = "$(pool -Y host)" ]
  echo anew >"$T/one"
  [ "$first" != "$(pool -Y host)" ]
  first=$(pool -Y host)
  [ "$first" != "$(DISPLAY=:8 pool -Y host)" ]
  [ "$first" != "$(XAUTHORITY=$T/two pool -Y host)" ]
  [ "$(pool host)" = "$(DISPLAY=:8 XAUTHORITY=$T/two pool host)" ]
  # Without the variable, the file at home.
  unset XAUTHORITY
  export HOME=$T
  first=$(pool -Y host)
  echo two >"$T/.Xauthority"
  [ "$first" != "$(pool -Y host)" ]
}

# A display that tells the key that it was shown, and what asks for one there.
start_display() {
  local number
  number=$(($("$TOOLS/free-port") % 1000 + 2000))
  python3 - "$T" "$number" <<'X' 3>&- &
import socket, struct, sys
folder, number = sys.argv[1], int(sys.argv[2])
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', 6000 + number))
s.listen()
open(folder + '/display', 'w').write('127.0.0.1:%d' % number)
while True:
    c = s.accept()[0]
    data = c.recv(4096)
    name, key = struct.unpack('<HH', data[6:10])
    at = 12 + (name + 3) // 4 * 4
    c.sendall(data[at:at + key].hex().encode())
    c.close()
X
  X_PID=$!
  wait_until has_content "$T/display"
  cat >"$T/client" <<'X'
import os, socket, struct, subprocess
host, number = os.environ['DISPLAY'].split(':')
key = bytes.fromhex(subprocess.check_output(['xauth', 'list', os.environ['DISPLAY']]).split()[-1].decode())
s = socket.create_connection((host, 6000 + int(number.split('.')[0])))
name = b'MIT-MAGIC-COOKIE-1'
s.sendall(b'l\0' + struct.pack('<HHHHH', 11, 0, len(name), len(key), 0) + name + b'\0\0' + key)
print(s.recv(4096).decode())
X
}

@test "a restarted display looks the same to a warm run as to plain ssh" {
  command -v xauth >/dev/null || skip "no xauth"
  start_display
  local key command
  export DISPLAY XAUTHORITY=$T/authority
  DISPLAY=$(cat "$T/display")
  printf -v command 'python3 %q' "$T/client"
  for key in 11111111111111111111111111111111 22222222222222222222222222222222; do
    : >"$XAUTHORITY"
    xauth -q add "$DISPLAY" . "$key"
    [ "$(plain -Y host "$command")" = "$key" ]
    [ "$(fast -Y host "$command")" = "$key" ]
    wait_until is_released
    [ "$(fast -Y host "$command")" = "$key" ]
    wait_until is_released
  done
}
