#!/usr/bin/env bats
# ssh-fast-health: what it says of servers that are well, wrong, and strange.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd
  echo "[127.0.0.1]:$PORT $(cut -d' ' -f1,2 "$DIR/host_key.pub")" >"$DIR/known"
}
setup() {
  T=$BATS_TEST_TMPDIR
  SERVER=
  new_root
}
teardown() {
  kill -CONT "$(cat "$DIR/sshd.pid")"
  if [ -n "$SERVER" ]; then kill "$SERVER" && wait "$SERVER" || :; fi
}

health() { "$BUILD/ssh-fast-health" -F none --known-hosts="$DIR/known" "$@"; }
key() { cut -d' ' -f1,2 "$1"; }
other_key() {
  [ -e "$DIR/other" ] || ssh-keygen -q -t ed25519 -N '' -f "$DIR/other"
  key "$DIR/other.pub"
}

@test "a server that is well, with the fingerprint that ssh-keygen prints" {
  run health -p "$PORT" 127.0.0.1
  [ "$status" = 0 ]
  [[ "$output" == "127.0.0.1: healthy, 127.0.0.1 port $PORT, SSH-2.0-OpenSSH"* ]]
  [[ "$output" == *"ED25519 $(ssh-keygen -lf "$DIR/host_key.pub" | cut -d' ' -f2), connect "* ]]
  run health -q -p "$PORT" 127.0.0.1
  [ "$status" = 0 ]
  [ -z "$output" ]
}

@test "known by a hash, by a pattern, by an alias" {
  cp "$DIR/known" "$T/hashed"
  ssh-keygen -H -f "$T/hashed" >/dev/null 2>&1
  [ "$(cut -c1 "$T/hashed")" = '|' ]
  health --known-hosts="$T/hashed" -p "$PORT" 127.0.0.1
  echo "[127.0.0.*]:$PORT $(key "$DIR/host_key.pub")" >"$T/pattern"
  health --known-hosts="$T/pattern" -p "$PORT" 127.0.0.1
  # ssh is content where the key is known without the port.
  echo "127.0.0.1 $(key "$DIR/host_key.pub")" >"$T/portless"
  health --known-hosts="$T/portless" -p "$PORT" 127.0.0.1
  ssh-keygen -H -f "$T/portless" >/dev/null 2>&1
  health --known-hosts="$T/portless" -p "$PORT" 127.0.0.1
  ssh -F none -p "$PORT" -i "$DIR/id" -o IdentitiesOnly=yes -o UserKnownHostsFile="$T/portless" \
    -o StrictHostKeyChecking=yes -o BatchMode=yes 127.0.0.1 true
  echo "127.0.0.1 $(other_key)" >"$T/portless"
  run -4 health --known-hosts="$T/portless" -p "$PORT" 127.0.0.1
  # libssh2 alone would not see this one.
  printf 'Host x\n HostName 127.0.0.1\n Port %s\n HostKeyAlias db\n' "$PORT" >"$T/config"
  echo "db $(key "$DIR/host_key.pub")" >"$T/short"
  "$BUILD/ssh-fast-health" -F "$T/config" --known-hosts="$T/short" x
  echo "db $(other_key)" >"$T/short"
  run -3 "$BUILD/ssh-fast-health" -F "$T/config" --known-hosts="$T/short" x
  echo "called $(key "$DIR/host_key.pub")" >"$T/alias"
  printf 'Host x\n HostName 127.0.0.1\n Port %s\n HostKeyAlias called\n UserKnownHostsFile %s\n' \
    "$PORT" "$T/alias" >"$T/config"
  "$BUILD/ssh-fast-health" -F "$T/config" user@x
}

@test "a changed key and a revoked one: 3; none: 4" {
  { echo "# a comment"; echo "[127.0.0.1]:$PORT $(other_key)"; } >"$T/changed"
  run health --known-hosts="$T/changed" -p "$PORT" 127.0.0.1
  [ "$status" = 3 ]
  [[ "$output" == *"mismatch: host key ED25519 SHA256:"*": another one is known, $T/changed line 2; "* ]]
  { cat "$DIR/known"; echo "@revoked * $(key "$DIR/host_key.pub")"; } >"$T/revoked"
  run health --known-hosts="$T/revoked" -p "$PORT" 127.0.0.1
  [ "$status" = 3 ]
  [[ "$output" == *": it is revoked, $T/revoked line 2; asked "* ]]
  run health --known-hosts="$T/none" -p "$PORT" 127.0.0.1
  [ "$status" = 4 ]
  # Another port's key is not this one's.
  echo "[127.0.0.1]:1 $(key "$DIR/host_key.pub")" >"$T/port"
  run health --known-hosts="$T/port" -p "$PORT" 127.0.0.1
  [ "$status" = 4 ]
}

@test "nothing listens: 1, with step and reason" {
  local port
  port=$("$TOOLS/free-port")
  run health -p "$port" 127.0.0.1
  [ "$status" = 1 ]
  [ "$output" = "127.0.0.1: unreachable: connect to 127.0.0.1 port $port: Connection refused" ]
}

@test "servers that say nothing, nonsense, no end, or half a line: 1, in time" {
  local mode begin start took best
  for mode in silent garbage endless unfinished; do
    "$TOOLS/odd-server" "$mode" >"$T/port" 3>&- &
    SERVER=$!
    wait_until has_content "$T/port"
    best=999999
    # What starting the program takes does not count, and a busy machine
    # gets more than one chance.
    for _ in 1 2 3 4 5 6; do
      begin=$(date +%s%N)
      run health --version
      start=$((($(date +%s%N) - begin) / 1000000))
      rm -rf "$ROOT/health"
      begin=$(date +%s%N)
      run health --timeout=500 -p "$(cat "$T/port")" 127.0.0.1
      took=$((($(date +%s%N) - begin) / 1000000 - start))
      echo "$mode: $status $took ms: $output"
      [ "$status" = 1 ]
      [[ "$output" == *": unreachable: banner of 127.0.0.1 port "* ]]
      if [ "$took" -lt "$best" ]; then best=$took; fi
      if [ "$best" -le 550 ]; then break; fi
    done
    # Time enough for a machine that is busy all along.
    [ "$best" -le 800 ]
    kill "$SERVER"
    wait "$SERVER" || :
    SERVER=
    rm "$T/port"
  done
}

@test "behind a proxy: 5, and it is not called down" {
  printf 'Host x\n ProxyCommand false\nHost y\n ProxyJump z\n' >"$T/config"
  local host
  for host in x y; do
    run "$BUILD/ssh-fast-health" -F "$T/config" "$host"
    [ "$status" = 5 ]
    [[ "$output" == "$host: proxied: "* ]]
  done
}

@test "several hosts: in their order, and the worst one counts" {
  local port
  port=$("$TOOLS/free-port")
  printf 'Host *\n HostName 127.0.0.1\n Port %s\nHost changed\n HostKeyAlias changed\n' "$PORT" >"$T/end"
  {
    printf 'Host down\n Port %s\n' "$port"
    printf 'Host proxied\n ProxyCommand false\n'
    printf 'Host new\n HostKeyAlias new\n'
    cat "$T/end"
  } >"$T/config"
  { cat "$DIR/known"; echo "changed $(other_key)"; } >"$T/known"
  states() {
    run "$BUILD/ssh-fast-health" -j -F "$T/config" --known-hosts="$T/known" "$@"
    jq -r '.hosts | map(.state) | join(" ")' <<<"$output"
    return "$status"
  }
  run -3 states well proxied new down changed
  [ "$output" = "healthy proxied unknown unreachable mismatch" ]
  run -1 states down new well
  [ "$output" = "unreachable unknown healthy" ]
  run -4 states new proxied
  run -5 states well proxied
  run -0 states well well
}

@test "-j: what is known, and null for the rest" {
  run health -j -p "$PORT" 127.0.0.1
  jq -e --argjson port "$PORT" '.hosts[0] | .host == "127.0.0.1" and .state == "healthy"
    and .step == null and .reason == null and .port == $port and .address == "127.0.0.1"
    and (.banner | startswith("SSH-2.0-")) and .key_type == "ED25519"
    and .connect_ms >= 0 and .handshake_ms > 0' <<<"$output"
  run health -j -p "$("$TOOLS/free-port")" 127.0.0.1
  jq -e '.hosts[0] | .state == "unreachable" and .step == "connect"
    and .banner == null and .fingerprint == null and .connect_ms == null' <<<"$output"
}

@test "--fields: a line for programs, with the values of -j" {
  run -0 health --fields -p "$PORT" 127.0.0.1
  [ "${#lines[@]}" = 1 ]
  grep -q $'^host=127.0.0.1\tstate=healthy\thostname=127.0.0.1\tport='"$PORT"$'\taddress=' <<<"$output"
  grep -q "	fingerprint=$(ssh-keygen -lf "$DIR/host_key.pub" | cut -d' ' -f2)	key_type=ED25519	connect_ms=" \
    <<<"$output"
  run health --fields -p "$("$TOOLS/free-port")" 127.0.0.1
  [[ "$output" == *$'\tstate=unreachable\tstep=connect\treason=Connection refused\t'* ]]
  [[ "$output" != *connect_ms* ]]
}

@test "--endpoints: what a file lists, or which line of it is wrong" {
  printf '%s\n' "hostname=127.0.0.1	port=$PORT	knownhosts=$DIR/known" \
    "port=$PORT	hostname=127.0.0.1	hostkeyalias=other	knownhosts=$DIR/known" \
    "host=a\\x09b	hostname=127.0.0.1	port=22	proxied=yes" \
    "hostname=127.0.0.1	port=$PORT	proxied=no	knownhosts=$DIR/known" >"$T/list"
  run -4 "$BUILD/ssh-fast-health" -j --endpoints="$T/list"
  jq -e '[.hosts[].state] == ["healthy", "unknown", "proxied", "healthy"]
    and .hosts[2].host == "a\tb"' <<<"$output"
  # Its end needs no newline, and there may be none.
  printf 'hostname=127.0.0.1\tport=%s\tknownhosts=%s' "$PORT" "$DIR/known" >"$T/list"
  run -0 "$BUILD/ssh-fast-health" --endpoints="$T/list"
  run -0 "$BUILD/ssh-fast-health" -j --endpoints=/dev/null
  [ "$(jq '.hosts | length' <<<"$output")" = 0 ]

  local line good='hostname=h\tport=22\n'
  for line in '' 'hostname=h' 'port=22' 'hostname=\tport=22' 'hostname=h\tport=0' \
    'hostname=h\tport=65536' 'hostname=h\tport=+22' 'hostname=h\tport=22x' 'hostname=h\tport' \
    'hostname=h\tport=22\tproxied=maybe' 'hostname=h\tport=22\tcolour=blue' \
    'hostname=\\x0\tport=22' 'hostname=h\tport=22\0' '[{"hostname":"h","port":22}]'; do
    printf "$good$line\n" >"$T/list"
    run -2 --separate-stderr "$BUILD/ssh-fast-health" --endpoints="$T/list"
    # shellcheck disable=SC2154 # run's
    [ "$stderr" = "ssh-fast-health: cannot read $T/list: line 2 is no list of fields with hostname and port" ]
  done
  run -2 "$BUILD/ssh-fast-health" --endpoints="$T"
  [[ "$output" == "ssh-fast-health: cannot read $T: Is a directory" ]]
}

@test "usage: 2; what ssh -G refuses: 5" {
  run health
  [ "$status" = 2 ]
  run health --timeout=x 127.0.0.1
  [ "$status" = 2 ]
  # Milliseconds, with or without a unit; two hours are more than it takes.
  run health --timeout=2h 127.0.0.1
  [ "$status" = 2 ]
  run -5 health --timeout=1m -p none 127.0.0.1
  run health --nothing 127.0.0.1
  [ "$status" = 2 ]
  run health -p none 127.0.0.1
  [ "$status" = 5 ]
  [ "$output" = "127.0.0.1: unknown: ssh -G refuses with status 255: Bad port 'none'" ]
  echo 'Bogus yes' >"$T/config"
  run -5 "$BUILD/ssh-fast-health" -F "$T/config" 127.0.0.1
  [[ "$output" == *"255: $T/config: line 1: Bad configuration option: bogus" ]]
}

@test "tells the command that removes a changed key, for each kind of line" {
  local command
  echo "[127.0.0.1]:$PORT $(other_key)" >"$T/plain"
  sed 's/^/# a comment\n/' "$T/plain" >"$T/odd'name"
  cp "$T/plain" "$T/hashed"
  ssh-keygen -H -f "$T/hashed" >/dev/null 2>&1
  printf 'Host x\n HostName 127.0.0.1\n Port %s\n HostKeyAlias Called\n UserKnownHostsFile %s\n' \
    "$PORT" "$T/alias" >"$T/config"
  echo "called $(other_key)" >"$T/alias"
  for file in plain hashed "odd'name"; do
    run -3 health --known-hosts="$T/$file" -p "$PORT" 127.0.0.1
    command=$(sed 's/.*; \(ssh-keygen .*\) removes it.*/\1/' <<<"$output")
    bash -c "$command" >/dev/null
    run -4 health --known-hosts="$T/$file" -p "$PORT" 127.0.0.1
  done
  run -3 "$BUILD/ssh-fast-health" -F "$T/config" x
  command=$(sed 's/.*; \(ssh-keygen .*\) removes it.*/\1/' <<<"$output")
  [[ "$command" == "ssh-keygen -f '$T/alias' -R 'called'" ]]
  bash -c "$command" >/dev/null
  run -4 "$BUILD/ssh-fast-health" -F "$T/config" x
}

# How many connections the server has seen that logged nobody in.
connections() { grep -c '^Connection from' "$DIR/sshd.log" || :; }

@test "one connection serves all who ask for 10 s, whatever keys they know" {
  local before
  before=$(connections)
  run -0 health -p "$PORT" 127.0.0.1
  [[ "$output" != *asked* ]]
  run -0 health -p "$PORT" 127.0.0.1
  [[ "$output" == *"; asked "*" s ago" ]]
  run -0 health -j -p "$PORT" 127.0.0.1
  jq -e '.hosts[0] | .age_ms > 0 and .age_ms < 10000 and .by == "question"' <<<"$output"
  echo "[127.0.0.1]:$PORT $(other_key)" >"$T/changed"
  run -3 health --known-hosts="$T/changed" -p "$PORT" 127.0.0.1
  [ $(($(connections) - before)) = 1 ]
  # Of another age, or written in the future, it serves nobody.
  touch -d '10 seconds ago' "$ROOT"/health/q*
  run -0 health -p "$PORT" 127.0.0.1
  [[ "$output" != *asked* ]]
  touch -d '1 hour' "$ROOT"/health/q*
  run -0 health -p "$PORT" 127.0.0.1
  [[ "$output" != *asked* ]]
  [ $(($(connections) - before)) = 3 ]
}

# ask_often TIMES PAUSE: with that pause between.
ask_often() {
  local i
  for ((i = 0; i < $1; i++)); do
    health -q -p "$OTHER_PORT" 127.0.0.1 || return 1
    read -rt "$2" -u "$SILENCE" || :
  done
}

@test "300 questions from 30 processes cause no penalty for the next login" {
  local i pids=() began
  # With the server's own idea of penalties and of how many may log in.
  start_other "HostKey $DIR/host_key" "AuthorizedKeysFile $DIR/authorized_keys" 'StrictModes no' \
    'LogLevel VERBOSE'
  echo "[127.0.0.1]:$OTHER_PORT $(key "$DIR/host_key.pub")" >>"$DIR/known"
  began=$SECONDS
  for ((i = 0; i < 30; i++)); do
    ask_often 10 "$(times 1.6 0.1)" 3>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i"; done
  ssh -F "$DIR/config" -p "$OTHER_PORT" host true
  i=$(grep -c '^Connection from' "$T/sshd.log")
  echo "# 300 questions in $((SECONDS - began)) s: $((i - 1)) connections" >&3
  [ "$((i - 1))" -ge 1 ]
  [ "$((i - 1))" -le $((1 + (SECONDS - began + 9) / 10)) ]
  run grep -ci 'penalty\|drop connection' "$T/sshd.log"
  [ "$output" = 0 ]
}

@test "a port that refuses is asked again: no server counts that" {
  local port
  port=$("$TOOLS/free-port")
  run -1 health -p "$port" 127.0.0.1
  printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' "PidFile $T/sshd.pid" 'UsePAM no' \
    "HostKey $DIR/host_key" >"$T/sshd_config"
  /usr/sbin/sshd -D -e -f "$T/sshd_config" 2>"$T/sshd.log" </dev/null >/dev/null 3>&- &
  SERVER=$!
  wait_until has_content "$T/sshd.pid"
  run -4 health -p "$port" 127.0.0.1
}

@test "a server that hangs up before its banner: names the likely reasons" {
  local mode words
  for mode in penalty full closing; do
    "$TOOLS/odd-server" "$mode" >"$T/port" 3>&- &
    SERVER=$!
    wait_until has_content "$T/port"
    run -1 health -p "$(cat "$T/port")" 127.0.0.1
    words=$(sed 's/.*port [0-9]*: //' <<<"$output")
    case $mode in
    penalty) [[ $words = 'it refuses this address for a while, '*'(PerSourcePenalties)' ]] ;;
    full) [[ $words = 'too many logins are under way there (MaxStartups)' ]] ;;
    closing) [[ $words = 'it hung up before its banner: '* ]] ;;
    esac
    # That was a connection: it is not made again.
    run -1 health -p "$(cat "$T/port")" 127.0.0.1
    [[ "$output" == *"$words; asked "* ]]
    kill "$SERVER"
    wait "$SERVER" || :
    SERVER=
    rm "$T/port"
  done
}

is_being_asked() { [ -n "$(find "$ROOT/health" -name 'q*' ! -exec flock -n {} true \; -print)" ]; }

@test "a killed question and garbled or foreign answers stop nobody" {
  local before file
  before=$(connections)
  kill -STOP "$(cat "$DIR/sshd.pid")"
  "$BUILD/ssh-fast-health" -q -F none -p "$PORT" 127.0.0.1 3>&- &
  wait_until is_being_asked
  kill -KILL $!
  wait $! || :
  kill -CONT "$(cat "$DIR/sshd.pid")"
  run -0 health -p "$PORT" 127.0.0.1
  file=$(echo "$ROOT"/health/q*)
  for garbage in '' 'end=key' 'end=key	key=zz' 'end=key	key_type=6	key=00'$'\n' "$(head -c 20000 /dev/zero | tr '\0' x)"; do
    printf '%s' "$garbage" >"$file"
    run health -p "$PORT" 127.0.0.1
    echo "$output"
    # A key that is well-formed is taken: another one than is known, or unknown.
    [[ "$output" != *asked* ]] || [ "$status" = 4 ] || [ "$status" = 3 ]
  done
  rm -r "$ROOT/health"
  echo untouched >"$T/mine"
  mkdir -m 700 "$ROOT/health"
  ln -s "$T/mine" "$ROOT/health/$(basename "$file")"
  run -0 health -p "$PORT" 127.0.0.1
  rm -r "$ROOT/health"
  ln -s "$T" "$ROOT/health"
  run -0 health -p "$PORT" 127.0.0.1
  [ "$(cat "$T/mine")" = untouched ]
  run -0 health --root=/dev/null/none -p "$PORT" 127.0.0.1
}

@test "one address gets one question at a time, however many ports it has" {
  python3 - >"$T/ports" 2>"$T/most" 3>&- <<'END' &
import select, socket, sys, time
listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(20)]
print(*(l.getsockname()[1] for l in listeners), sep="\n", flush=True)
open_now, most = [], 0
while True:
    for ready in select.select(listeners + open_now, [], [])[0]:
        if ready in listeners:
            open_now.append(ready.accept()[0])
            if len(open_now) > most:
                most = len(open_now)
                print(most, file=sys.stderr, flush=True)
        else:
            time.sleep(0.005)
            ready.close()
            open_now.remove(ready)
END
  SERVER=$!
  wait_until sh -c "[ \$(wc -l <'$T/ports') = 20 ]"
  sed 's/^/hostname=127.0.0.1\tport=/' "$T/ports" >"$T/endpoints"
  run -1 health --endpoints="$T/endpoints"
  [ "$(grep -c 'banner of 127.0.0.1' <<<"$output")" = 20 ]
  [ "$(tail -n 1 "$T/most")" = 1 ]
}

@test "Dropbear is a server as well" {
  local port
  dropbearkey -t ed25519 -f "$T/key" 2>/dev/null | grep '^ssh-' | cut -d' ' -f1,2 >"$T/pub"
  port=$("$TOOLS/free-port")
  PATH=$PATH:/usr/sbin dropbear -F -E -r "$T/key" -P "$T/pid" -p "127.0.0.1:$port" \
    2>"$T/log" </dev/null >/dev/null 3>&- &
  SERVER=$!
  wait_until has_content "$T/pid"
  echo "[127.0.0.1]:$port $(cat "$T/pub")" >"$T/known"
  run health --known-hosts="$T/known" -p "$port" 127.0.0.1
  echo "$output"
  [ "$status" = 0 ]
  [[ "$output" == *"SSH-2.0-dropbear"* ]]
}

# start_other LINE...: another sshd, on OTHER_PORT, with these lines.
start_other() {
  OTHER_PORT=$("$TOOLS/free-port")
  printf '%s\n' "Port $OTHER_PORT" 'ListenAddress 127.0.0.1' "PidFile $T/sshd.pid" 'UsePAM no' \
    "$(sshd_lines)" "$@" >"$T/sshd_config"
  /usr/sbin/sshd -D -e -f "$T/sshd_config" 2>"$T/sshd.log" </dev/null >/dev/null 3>&- &
  SERVER=$!
  wait_until has_content "$T/sshd.pid"
}

@test "a live server with no method in common: 5, not called down" {
  start_other "HostKey $DIR/host_key" 'KexAlgorithms sntrup761x25519-sha512@openssh.com'
  run -5 health -p "$OTHER_PORT" 127.0.0.1
  echo "$output"
  [[ "$output" == "127.0.0.1: unknown: handshake of 127.0.0.1 port $OTHER_PORT: "* ]]
}

@test "host keys of other types: ECDSA, and RSA as far as libssh2 goes" {
  local type
  for type in ecdsa rsa; do
    ssh-keygen -q -t $type -N '' -f "$T/$type"
    start_other "HostKey $T/$type"
    echo "[127.0.0.1]:$OTHER_PORT $(key "$T/$type.pub")" >"$T/known"
    run health --known-hosts="$T/known" -p "$OTHER_PORT" 127.0.0.1
    echo "$status $output"
    if [ "$status" = 0 ]; then
      [[ "$output" == *"${type^^} $(ssh-keygen -lf "$T/$type.pub" | cut -d' ' -f2), "* ]]
    else
      # Before 1.11 it has only SHA-1 for RSA, which servers refuse by now.
      [ "$type $status" = 'rsa 5' ]
      [[ "$output" == *": unknown: handshake of "* ]]
    fi
    kill "$SERVER"
    wait "$SERVER" || :
    rm -f "$T/sshd.pid"
  done
  SERVER=
}

@test "the hot path loads no libssh2: neither linked nor opened" {
  run grep -c libssh2_session "$SSH_FAST"
  [ "$output" = 0 ]
  run ldd "$BUILD/ssh-fast-health"
  [[ "$output" == *libssh2* ]]
  run ldd "$SSH_FAST"
  [[ "$output" != *libssh2* ]]
  new_root
  local i
  fast host true
  wait_until is_released
  for i in warm cold; do
    # strace waits for the master too.
    strace -f -o "$T/$i" -e trace=open,openat,execve \
      "$SSH_FAST" --persist=2 -F "$DIR/config" host true
    grep -q execve "$T/$i"
    run grep -c 'libssh2\|ssh-fast-health' "$T/$i"
    [ "$output" = 0 ]
    wait_until is_released
    gc -q --exit-idle=0
  done
}

@test "make HEALTH=no: all else is built and works, and what needs it says so" {
  run env -u MAKEFLAGS make -C "$TOP" -s -j2 HEALTH=no BUILD="$T/build"
  echo "$output"
  [ "$status" = 0 ]
  [[ "$output" == *'ssh-fast-health is left out: no libssh2'* ]]
  [ ! -e "$T/build/ssh-fast-health" ]
  new_root
  BEFORE=$(logins)
  # Nobody else's is found instead.
  PATH=/usr/sbin:/usr/bin:/sbin:/bin
  run -7 --separate-stderr "$T/build/ssh-fast" --health -F "$DIR/config" host 'exit 7'
  # shellcheck disable=SC2154 # run's
  [ "$output$stderr" = '' ]
  wait_until is_released
  run -7 "$T/build/ssh-fast" --health --probe=e2e --client=native -F "$DIR/config" host 'exit 7'
  [ $(($(logins) - BEFORE)) = 1 ]
  run -0 "$T/build/ssh-fast-ls"
  [[ "${lines[1]}" == *"@127.0.0.1:$PORT "* ]]
  run -1 "$T/build/ssh-fast-ls" --health
  [[ "$output" == *'cannot run ssh-fast-health: it is not installed'* ]]
  [[ "$output" == *"@127.0.0.1:$PORT "* ]]
  run -0 "$T/build/ssh-fast-gc" --exit-idle=0
  env -u MAKEFLAGS make -C "$TOP" -s HEALTH=no BUILD="$T/build" DESTDIR="$T/to" PREFIX=/x install
  [ -x "$T/to/x/bin/ssh-fast" ]
  [ ! -e "$T/to/x/bin/ssh-fast-health" ]
}
