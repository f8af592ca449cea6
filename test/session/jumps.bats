#!/usr/bin/env bats
# Hosts behind other hosts, where the way there may be leased as well, and
# servers that are not OpenSSH's.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd
  mkdir "$DIR/bin"
  ln -s "$SSH_FAST" "$DIR/bin/ssh"
}
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  BEFORE=$(logins)
}
teardown() { if [ -n "${DROPBEAR_PID:-}" ]; then kill "$DROPBEAR_PID" && wait "$DROPBEAR_PID" || :; fi; }
spaces() { find "$ROOT" -mindepth 1 -maxdepth 1 -type d | wc -l; }

@test "-J: leased, two logins cold, none warm, apart from the host without it" {
  local i
  # The jump itself is run by ssh: it reads the same configuration.
  for i in cold warm; do
    [ "$(fast -J bastion host echo "$i")" = "$i" ]
    wait_until is_released
    [ "$(new_logins)" = 2 ]
  done
  [ "$(fast host echo direct)" = direct ]
  wait_until is_released
  [ "$(new_logins)" = 3 ]
  [ "$(spaces)" = 2 ]
}

@test "-J where ssh-fast is found as ssh: the hop is leased too" {
  PATH=$DIR/bin:$PATH
  export SSH_FAST_PERSIST=20
  ssh -F "$DIR/config" -J bastion host true
  [ "$(new_logins)" = 2 ]
  # The hop's lease is held for as long as the master behind it lives.
  [ "$(spaces)" = 2 ]
  [ "$(used_names)" = 1 ]
  ssh -F "$DIR/config" -J bastion host true
  [ "$(new_logins)" = 2 ]
  # Another host behind it: the hop is in use, so it is another one.
  ssh -F "$DIR/config" -J bastion other true
  [ "$(new_logins)" = 4 ]
}

@test "ProxyCommand ssh-fast -W: a hop that was left warm is used" {
  local i
  write_config "$DIR/proxied" "Host behind*" \
    "  ProxyCommand '$SSH_FAST' -F '$DIR/config' -W 127.0.0.1:$PORT bastion"
  fast bastion true
  wait_until is_released
  [ "$(new_logins)" = 1 ]
  # Through ssh, which has no master of its own and pays its own login alone.
  for i in 1 2 3; do
    [ "$(ssh -F "$DIR/proxied" behind echo "$i")" = "$i" ]
    wait_until is_released
    [ "$(new_logins)" = $((1 + i)) ]
  done
  # Through ssh-fast.
  for i in cold warm; do
    [ "$("$SSH_FAST" -F "$DIR/proxied" behind1 echo "$i")" = "$i" ]
    [ "$(new_logins)" = 5 ]
  done
}

@test "the hop's lease ends with the connection through it" {
  write_config "$DIR/proxied" "Host behind*" \
    "  ProxyCommand '$SSH_FAST' -F '$DIR/config' -W 127.0.0.1:$PORT bastion"
  "$SSH_FAST" --persist=1 -F "$DIR/proxied" behind1 true
  wait_until is_released
  fast bastion true
  wait_until is_released
  [ "$(new_logins)" = 2 ]
}

# Dropbear takes keys from the home directory of the password database: a
# folder of ours is put in its place, for that process alone.
start_dropbear() {
  local try home
  home=$(getent passwd "$(id -u)" | cut -d: -f6)
  mkdir -p "$T/home/.ssh"
  cp "$DIR/id.pub" "$T/home/.ssh/authorized_keys"
  chmod 700 "$T/home" "$T/home/.ssh"
  chmod 600 "$T/home/.ssh/authorized_keys"
  dropbearkey -t ed25519 -f "$T/dropbear_key" >/dev/null 2>&1
  for try in 1 2 3; do
    DROPBEAR_PORT=$("$TOOLS/free-port")
    # shellcheck disable=SC2016 # the inner shell's
    unshare -m sh -c 'mount --bind "$1/home" "$2" &&
      exec dropbear -F -E -s -r "$1/dropbear_key" -P "$1/dropbear.pid" -p "127.0.0.1:$3"' \
      dropbear "$T" "$home" "$DROPBEAR_PORT" </dev/null >/dev/null 2>"$T/dropbear.log" 3>&- &
    DROPBEAR_PID=$!
    wait_until has_content "$T/dropbear.pid" && break
    echo "try $try" && cat "$T/dropbear.log"
  done
  sed "s/Port $PORT/Port $DROPBEAR_PORT/" "$DIR/config" >"$T/config"
}
dropbear_logins() { grep -c 'auth succeeded' "$T/dropbear.log" || :; }

@test "Dropbear: one login for many, many at once, -W, files" {
  [ "$(id -u)" = 0 ] || skip "only root can give dropbear a home of its own"
  needs_mounts
  start_dropbear
  local i pids=() pid failed=0
  for i in 0 3 255; do
    run "$SSH_FAST" -F "$T/config" host "echo $i; exit $i"
    [ "$status" = "$i" ]
    [ "$output" = "$i" ]
    wait_until is_released
  done
  [ "$(dropbear_logins)" = 1 ]
  # Its limits count connections; each of these has one of its own.
  for ((i = 0; i < 5; i++)); do
    (exec "$SSH_FAST" -F "$T/config" host 'sleep 1; echo done' >>"$T/five" 3>&-) &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=$((failed + 1)); done
  [ "$failed" = 0 ]
  [ "$(grep -c done "$T/five")" = 5 ]
  wait_until is_released
  [ "$(dropbear_logins)" = 5 ]
  head -c 1000000 /dev/urandom >"$T/data"
  "$SSH_FAST" -F "$T/config" host "cat >'$T/there'" <"$T/data"
  cmp "$T/data" "$T/there"
  wait_until is_released
  rsync -a -e "$SSH_FAST -F $T/config" "$T/data" "host:$T/again"
  cmp "$T/data" "$T/again"
  wait_until is_released
  [ "$("$SSH_FAST" -F "$T/config" -W "127.0.0.1:$PORT" host </dev/null | head -c 8)" = SSH-2.0- ]
  wait_until is_released
  [ "$(dropbear_logins)" = 5 ]
}

@test "Dropbear with --probe=e2e is warm; a stopped one costs a new login" {
  [ "$(id -u)" = 0 ] || skip "only root can give dropbear a home of its own"
  needs_mounts
  start_dropbear
  local i stopped
  export SSH_FAST_PROBE=e2e
  for i in 0 3 255; do
    run -"$i" "$SSH_FAST" -F "$T/config" host "exit $i"
    wait_until is_released
  done
  [ "$(dropbear_logins)" = 1 ]
  stopped=$(pgrep -P "$(cat "$T/dropbear.pid")")
  # shellcheck disable=SC2086 # a list of words
  stop $stopped
  run -0 timeout 20 "$SSH_FAST" --verbose -F "$T/config" host 'echo anew'
  # shellcheck disable=SC2086
  kill -CONT $stopped
  [[ $output = *anew* ]]
  [[ $output = *'hung 1'* ]]
  [ "$(dropbear_logins)" = 2 ]
}
