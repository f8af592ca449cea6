#!/usr/bin/env bats
# --health: ssh-fast-health is asked before a login.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; OUT=$BATS_TEST_TMPDIR; }


@test "a server that is there: one login, and a warm start does not ask" {
  local asked
  run -7 "$SSH_FAST" --health -F "$DIR/config" host 'exit 7'
  [ -z "$output" ]
  wait_until is_released
  asked=$(grep -c 'Connection closed by\|Connection from' "$DIR/sshd.log")
  run -7 "$SSH_FAST" --health -F "$DIR/config" host 'exit 7'
  [ "$(grep -c 'Connection closed by\|Connection from' "$DIR/sshd.log")" = "$asked" ]
}

@test "many at once: one connection that logs nobody in, for all of them" {
  local before after pids=() i
  before=$(grep -c '^Connection from' "$DIR/sshd.log")
  BEFORE=$(logins)
  for i in 1 2 3 4 5 6; do
    "$SSH_FAST" --health -F "$DIR/config" host true 3>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i"; done
  after=$(grep -c '^Connection from' "$DIR/sshd.log")
  [ $((after - before)) -le $(($(logins) - BEFORE + 1)) ]
  wait_until is_released
}

# asked_before ROOT: a root in which somebody has asked for health.
asked_before() {
  export SSH_FAST_ROOT=$1
  mkdir -m 0700 "$1" "$1/health"
}
# How many connections the server has had.
connections() { grep -c '^Connection from' "$DIR/sshd.log"; }

@test "a login that has worked answers for its server, with either client" {
  local client before
  for client in native ssh; do
    asked_before $DIR/n$client
    "$SSH_FAST" --client=$client -F "$DIR/config" host true
    before=$(connections)
    run "$BUILD/ssh-fast-health" -F "$DIR/config" host
    [ "$status" = 0 ]
    [[ $output = *login* ]]
    run "$BUILD/ssh-fast-health" -j -F "$DIR/config" host
    [[ $output = *login* ]]
    [ "$(connections)" = "$before" ]
    # Whose keys count is a question that a login does not answer.
    run "$BUILD/ssh-fast-health" -F "$DIR/config" --known-hosts="$DIR/known_hosts" host
    [ "$(connections)" = $((before + 1)) ]
  done
}

@test "a login that has not worked answers for nobody" {
  local before
  asked_before $DIR/f
  run -255 "$SSH_FAST" -F "$DIR/config" -o PubkeyAuthentication=no host true
  before=$(connections)
  run "$BUILD/ssh-fast-health" -F "$DIR/config" host
  [ "$status" = 0 ]
  [ "$(connections)" = $((before + 1)) ]
}

@test "while somebody of ours logs in there, --health does not connect" {
  local before pid
  asked_before $DIR/w
  mkfifo "$OUT/asked" "$OUT/go"
  # A login that waits for its word.
  printf '#!/bin/sh\n[ -e %s ] || { echo >%s; read -r _ <%s; }\nexit 1\n' "$OUT/over" "$OUT/asked" "$OUT/go" >"$OUT/askpass"
  chmod +x "$OUT/askpass"
  ssh-keygen -q -t ed25519 -N secret -f "$OUT/locked"
  sed "s|IdentityFile .*|IdentityFile $OUT/locked|; s/BatchMode.*//" "$DIR/config" >"$OUT/config"
  SSH_ASKPASS=$OUT/askpass SSH_ASKPASS_REQUIRE=force "$SSH_FAST" -F "$OUT/config" host true 3>&- 2>"$OUT/err" &
  pid=$!
  read -r _ <"$OUT/asked"
  before=$(connections)
  run "$SSH_FAST" --health --verbose -F "$DIR/config" host true
  [ "$status" = 0 ]
  [[ $output = *"health: not checked"* ]]
  [ "$(connections)" = $((before + 1)) ]
  : >"$OUT/over"
  echo >"$OUT/go"
  wait "$pid" || :
}

@test "nothing listens: 255, one line, and no lease is left" {
  local port
  port=$("$TOOLS/free-port")
  run -255 --separate-stderr "$SSH_FAST" --health -p "$port" -F "$DIR/config" host true
  [ -z "$output" ]
  # shellcheck disable=SC2154 # run's
  [[ $stderr = "ssh-fast: cannot reach host: connect to 127.0.0.1 port $port: Connection refused"* ]]
  [ "$(wc -l <<<"$stderr")" = 1 ]
  [ "$(free_names)$(used_names)" = 00 ]
  # By the variable too, which 0 turns off.
  SSH_FAST_HEALTH=500 run -255 "$SSH_FAST" -p "$port" -F "$DIR/config" host true
  [[ $output = *'cannot reach host'* ]]
  SSH_FAST_HEALTH=0 run -255 "$SSH_FAST" -p "$port" -F "$DIR/config" host true
  [[ $output != *'cannot reach host'* ]]
}

@test "a server that says nothing: 255 in time" {
  local began
  stop "$(cat "$DIR/sshd.pid")"
  began=$(date +%s)
  run "$SSH_FAST" --health=300 -F "$DIR/config" host true
  kill -CONT "$(cat "$DIR/sshd.pid")"
  [ "$status" = 255 ]
  [[ $output = *'cannot log in to host: banner of 127.0.0.1 port '* ]]
  # Not ssh's two minutes, however busy the machine is.
  [ $(($(date +%s) - began)) -lt 20 ]
}

@test "another host key: 255 where it matters, and ssh's own way where not" {
  ssh-keygen -q -t ed25519 -N '' -f "$OUT/other"
  echo "[127.0.0.1]:$PORT $(cut -d' ' -f1,2 "$OUT/other.pub")" >"$OUT/known"
  write_config "$OUT/config" 'StrictHostKeyChecking yes' "UserKnownHostsFile $OUT/known"
  run -255 --separate-stderr "$SSH_FAST" --health -F "$OUT/config" host true
  [[ $stderr = 'ssh-fast: cannot trust host: host key ED25519 SHA256:'*': another one is known, '*known' line 1; ssh-keygen '* ]]
  write_config "$OUT/config" 'StrictHostKeyChecking no' "UserKnownHostsFile $OUT/known"
  run -3 "$SSH_FAST" --health -F "$OUT/config" host 'exit 3'
}

@test "no check behind a proxy, with options that lead away, or no program" {
  write_config "$OUT/config" "ProxyCommand nc 127.0.0.1 $PORT"
  run -3 "$SSH_FAST" --health -F "$OUT/config" host 'exit 3'
  run -3 "$SSH_FAST" --health --verbose -F "$DIR/config" -o HostName=localhost -o HostKeyAlias=x host 'exit 3'
  [[ $output = *'health: not checked'* ]]
  mkdir "$OUT/bin"
  cp "$SSH_FAST" "$OUT/bin/"
  run -3 "$OUT/bin/ssh-fast" --health --verbose --namespace=without -F "$DIR/config" host 'exit 3'
  [[ $output = *'health: not checked'* ]]
  printf '#!/bin/sh\nkill -KILL $$\n' >"$OUT/bin/ssh-fast-health"
  chmod +x "$OUT/bin/ssh-fast-health"
  run -3 "$OUT/bin/ssh-fast" --health --namespace=killed -F "$DIR/config" host 'exit 3'
}

@test "no check where the configuration looks at the user" {
  write_config "$OUT/config" 'Match user backup' '  Port 9' 'Match all'
  run "$SSH_FAST" --health --verbose -F "$OUT/config" -l backup host true
  [[ $output = *'health: not checked'* ]]
  [[ $output != *'cannot reach'* ]]
}

@test "what is no value of --health is named" {
  local value
  for value in x -1 99999999 1d; do
    run -255 "$SSH_FAST" "--health=$value" -F "$DIR/config" host true
    [[ $output = *"--health: $value"* ]]
  done
}
