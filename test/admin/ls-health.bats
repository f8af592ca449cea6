#!/usr/bin/env bats
# ssh-fast-ls --health: are the servers of the endpoints there?

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  SERVER=
  MANY=()
  mkdir -m 700 "$ROOT"
}
teardown() {
  local pid
  for pid in $SERVER "${MANY[@]}"; do kill "$pid" && wait "$pid" || :; done
}
LS=$BUILD/ssh-fast-ls

known() { echo "[127.0.0.1]:$PORT $(cut -d' ' -f1,2 "$DIR/host_key.pub")" >"$T/known"; }

# make_namespace NUMBER LINE...: with these lines in its record.
make_namespace() {
  local folder
  folder=$ROOT/$(printf '%043d' "$1")
  shift
  mkdir -m 700 "$folder" "$folder"/{c,free,used}
  printf '%s\n' 'policy: lease' 'text: x' 'user: me' "$@" >"$folder/endpoint"
  chmod 600 "$folder/endpoint"
}
healths() { ls_json --health="$@" | jq -r '.namespaces[].health.state' | tr '\n' ' '; }

@test "a column that tells the state, and why in the note" {
  known
  local port
  port=$("$TOOLS/free-port")
  make_namespace 1 'hostname: 127.0.0.1' "port: $PORT" "knownhosts: $T/known"
  make_namespace 2 'hostname: 127.0.0.1' "port: $port" "knownhosts: $T/known"
  run -0 "$LS" --health
  echo "$output"
  [[ "${lines[0]}" =~ \ DEAD\ HEALTH\ +AS$ ]]
  grep -q "^me@127.0.0.1:$PORT .* healthy$" <<<"$output"
  grep -A1 "^me@127.0.0.1:$port .* unreachable$" <<<"$output" | grep -qx "  connect: Connection refused"
  run -0 "$LS"
  [[ "$output" != *HEALTH* ]]
}

@test "a line per lease has it too, and JSON all that is known" {
  fast host true
  wait_until is_released
  cp "$DIR/known_hosts" "$T/known"
  run -0 "$LS" -l --health
  [[ "${lines[0]}" =~ ^ENDPOINT\ +HEALTH\ +AS$ ]]
  [[ "${lines[2]}" =~ \ healthy\ +host$ ]]
  run -0 ls_json --health
  jq -e --arg print "$(ssh-keygen -lf "$DIR/host_key.pub" | cut -d' ' -f2)" \
    --argjson port "$PORT" '.namespaces[0].health |
    .state == "healthy" and .fingerprint == $print and .port == $port and
    .hostname == "127.0.0.1" and .handshake_ms > 0' <<<"$output"
  ls_json | jq -e '.namespaces[0] | has("health") and .health == null'
}

@test "the record leads to the host key: its alias, its files" {
  write_config "$T/config" 'HostKeyAlias called' "UserKnownHostsFile $T/known"
  echo "called $(cut -d' ' -f1,2 "$DIR/host_key.pub")" >"$T/known"
  "$SSH_FAST" -F "$T/config" host true
  [ "$(healths 2000)" = 'healthy ' ]
  echo "other $(cut -d' ' -f1,2 "$DIR/host_key.pub")" >"$T/known"
  [ "$(healths 2000)" = 'unknown ' ]
  ssh-keygen -q -t ed25519 -N '' -f "$T/other"
  echo "called $(cut -d' ' -f1,2 "$T/other.pub")" >"$T/known"
  [ "$(healths 2000)" = 'mismatch ' ]
}

@test "behind a proxy, without a record, of an older version" {
  known
  make_namespace 1 'hostname: 127.0.0.1' "port: $PORT" 'jump: bastion'
  make_namespace 2 'hostname: 127.0.0.1' "port: $PORT"
  make_namespace 3 'hostname: 127.0.0.1' 'port: nonsense'
  mkdir -m 700 "$ROOT/$(printf '%043d' 4)"
  mkdir "$T/home" "$T/home/.ssh"
  HOME=$T/home run -0 healths 2000
  [ "$(tr ' ' '\n' <<<"$output" | sort | tr '\n' ' ')" = ' null null proxied unknown ' ]
  cp "$T/known" "$T/home/.ssh/known_hosts"
  HOME=$T/home run -0 healths 2000
  [[ "$output" = *healthy* ]]
}

@test "it changes nothing, and no master hears of it" {
  fast host true
  wait_until is_released
  local before
  before=$(tree_of "$ROOT" | grep -v "^$ROOT ")
  strace -f -o "$T/calls" -e trace=connect "$LS" --health
  grep -q "sin_port=htons($PORT)" "$T/calls"
  # Whether anybody has a socket is asked in a way that its owner never sees.
  grep "$ROOT" "$T/calls" >"$T/asked"
  run grep -vc '= -1 EPROTOTYPE ' "$T/asked"
  [ "$output" = 0 ]
  # But for the answers that are kept for others.
  [ "$(tree_of "$ROOT" | grep -v "^$ROOT \|^$ROOT/health")" = "$before" ]
}

@test "one question for all namespaces that lead to the same server" {
  local i asked
  known
  for i in 1 2 3 4 5; do
    make_namespace $i 'hostname: 127.0.0.1' "port: $PORT" "knownhosts: $T/known"
  done
  asked=$(grep -c '^Connection from' "$DIR/sshd.log" || :)
  [ "$(healths 2000)" = 'healthy healthy healthy healthy healthy ' ]
  [ $(($(grep -c '^Connection from' "$DIR/sshd.log") - asked)) = 1 ]
}

@test "without ssh-fast-health it says so, and lists what there is" {
  known
  make_namespace 1 'hostname: 127.0.0.1' "port: $PORT"
  mkdir "$T/bin"
  cp "$SSH_FAST" "$T/bin/ssh-fast-ls"
  run -1 --separate-stderr "$T/bin/ssh-fast-ls" --health
  # shellcheck disable=SC2154 # run's
  [ "$stderr" = 'ssh-fast-ls: cannot run ssh-fast-health: it is not installed (it is built where libssh2 is)' ]
  [[ "${lines[1]}" =~ ^me@127.0.0.1:$PORT\ .*\ -$ ]]
  printf '#!/bin/sh\necho nonsense\n' >"$T/bin/ssh-fast-health"
  chmod +x "$T/bin/ssh-fast-health"
  run -1 --separate-stderr "$T/bin/ssh-fast-ls" --health
  [ "$stderr" = "ssh-fast-ls: cannot use the output of $T/bin/ssh-fast-health: it exited with status 0" ]
  [[ "${lines[1]}" =~ ^me@127.0.0.1:$PORT\ .*\ -$ ]]
  # Too many lines, too few, one without a state, one with a tab too many.
  local answer
  for answer in 'state=healthy\nstate=healthy\n' '' 'state=healthy' 'host=x\n' 'state=healthy\t\t\n'; do
    printf '#!/bin/sh\nprintf "%s"\n' "$answer" >"$T/bin/ssh-fast-health"
    run -1 --separate-stderr "$T/bin/ssh-fast-ls" --health
    [ "$stderr" = "ssh-fast-ls: cannot use the output of $T/bin/ssh-fast-health: it exited with status 0" ]
  done
  # A key of a newer version is skipped, and a number that is none is unknown.
  printf '#!/bin/sh\nprintf "state=healthy\\tcolour=blue\\tport=22,\\tconnect_ms=0.5\\n"\n' \
    >"$T/bin/ssh-fast-health"
  run -0 "$T/bin/ssh-fast-ls" -j --health
  jq -e '.namespaces[0].health | .state == "healthy" and .port == null and .connect_ms == 0.5' <<<"$output"
}

@test "root lists another user's pool and asks no server for that user" {
  [ "$(id -u)" = 0 ] || skip "only root can be two users"
  known
  make_namespace 1 'hostname: 127.0.0.1' "port: $PORT" "knownhosts: $T/known"
  chmod 755 "$DIR"
  chown -R nobody "$ROOT"
  local asked
  asked=$(grep -c '^Connection from' "$DIR/sshd.log" || :)
  run -1 --separate-stderr "$LS" --health
  [ "$stderr" = "ssh-fast-ls: cannot check the servers of $ROOT: it belongs to another user" ]
  [[ "${lines[1]}" =~ ^me@127.0.0.1:$PORT\ .*\ -$ ]]
  [ "$(grep -c '^Connection from' "$DIR/sshd.log" || :)" = "$asked" ]
}

@test "what is no value of --health is named; 0 is off" {
  local value
  for value in x -1 99999999 1x ''; do
    run -2 "$LS" "--health=$value"
    [[ "$output" = *"bad value for --health: $value"* ]]
  done
  run -0 "$LS" --health=0
  [[ "$output" != *HEALTH* ]]
}

# 25 servers that start no program for each connection, and so are quick. Each
# has a port of its own: it takes five connections at a time, and no more.
start_many() {
  local port
  dropbearkey -t ed25519 -f "$T/key" 2>/dev/null | grep '^ssh-' | cut -d' ' -f1,2 >"$T/pub"
  : >"$T/ports"
  while [ "$(wc -l <"$T/ports")" -lt 25 ]; do
    port=$("$TOOLS/free-port")
    if [ -e "$T/$port.pid" ]; then continue; fi
    PATH=$PATH:/usr/sbin dropbear -F -E -r "$T/key" -P "$T/$port.pid" -p "127.0.0.1:$port" \
      2>>"$T/log" </dev/null >/dev/null 3>&- &
    if ! wait_until is_up_or_ended "$port" $!; then return 1; fi
    if has_content "$T/$port.pid"; then
      MANY+=($!)
      echo "$port" >>"$T/ports"
    fi
  done
}
is_up_or_ended() { has_content "$T/$1.pid" || ended "$2"; }
# tally WORDS: how many there are of each.
tally() { tr ' ' '\n' <<<"$1" | sed '/^$/d' | sort | uniq -c | tr -s ' \n' ' '; }

@test "200 endpoints, half of them dead: all are told, side by side" {
  local began took try
  # The dead ones say nothing, or do not even accept.
  "$TOOLS/odd-server" silent >"$T/port" 3>&- &
  SERVER=$!
  wait_until has_content "$T/port"
  start_many
  # make_namespace for each would start a thousand processes.
  python3 - "$ROOT" "$T/known" "$(cat "$T/port")" "$(cat "$T/pub")" "$(paste -sd' ' "$T/ports")" \
    >"$T/known" <<'END'
import os, sys
root, known, dead, key, ports = sys.argv[1:]
for i in range(200):
    folder = "%s/%043d" % (root, i)
    for name in "", "/c", "/free", "/used":
        os.mkdir(folder + name, 0o700)
    with open(folder + "/endpoint", "w") as record:
        os.chmod(record.name, 0o600)
        record.write("policy: lease\ntext: x\nuser: me\nhostname: 127.0.0.1\n"
                     "port: %s\nhostkeyalias: h%d\nknownhosts: %s\n"
                     % (dead if i % 2 else ports.split()[i // 2 % 25], i, known))
    print("h%d %s" % (i, key))
END
  # A busy machine gets more than one chance, and more time in the end.
  for try in 1000 1000 1000 5000; do
    began=$(date +%s%N)
    run -0 healths $try
    took=$((($(date +%s%N) - began) / 1000000))
    echo "# 200 endpoints, 100 of them silent, $try ms each: $took ms, $(tally "$output")" >&3
    if [ "$(tally "$output")" = ' 100 healthy 100 unreachable ' ]; then break; fi
  done
  [ "$(tally "$output")" = ' 100 healthy 100 unreachable ' ]
  [ "$took" -lt 20000 ]
}
