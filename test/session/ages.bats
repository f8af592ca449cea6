#!/usr/bin/env bats
# How long a login lives: what makes the next run log in anew, though a master
# is there that answers.
# clients: ssh native

load ../lib/helper

setup_file() { make_dir; start_sshd "PermitUserEnvironment yes"; }
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

# login_of FILE: when the master of that lock file logged in, in seconds since
# the boot, which is the third line.
login_of() { sed -n '3s/^login \([0-9-]*\) .*/\1/p' "$1"; }
uptime_secs() { cut -d. -f1 /proc/uptime; }
# older FILE SECS: as if it had logged in so many seconds earlier.
older() {
  local line
  printf -v line '%-79s' "login $(($(login_of "$1") - $2)) until ${3:-0}"
  dd of="$1" bs=1 seek=240 conv=notrunc status=none <<<"$line"
}
is_older_than() { [ $(($(uptime_secs) - $(login_of "$1"))) -gt "$2" ]; }
free_lock() { echo "$ROOT"/*/free/s*; }

@test "--max-age: a free master that is older ends, and the run logs in" {
  local first before
  fast host true
  wait_until is_released
  first=$(free_master)
  before=$(logins)
  [ $(($(uptime_secs) - $(login_of "$(free_lock)"))) -le 15 ]
  older "$(free_lock)" $((8 * 3600 - 60))
  fast host true
  wait_until is_released
  [ "$(logins)" = "$before" ]
  older "$(free_lock)" 60
  SSH_FAST_MAX_AGE=none fast host true
  SSH_FAST_MAX_AGE=9h fast host true
  wait_until is_released
  [ "$(logins)" = "$before" ]
  SSH_FAST_VERBOSE=1 run fast host true
  [ "$status" = 0 ]
  [[ "$output" == *", cold; "*"too old 1;"* ]]
  [ "$(logins)" = $((before + 1)) ]
  wait_until ended "$first"
  wait_until is_released
  [ "$(free_names)" = 1 ]
  [ $(($(uptime_secs) - $(login_of "$(free_lock)"))) -le 15 ]
}

@test "--max-age: a master that gets too old in use ends with its session" {
  local first before
  SSH_FAST_MAX_AGE=1 hold
  first=$(held_master)
  before=$(logins)
  wait_until is_older_than "$(echo "$ROOT"/*/used/s*)" 1
  kill -0 "$first"
  let_go
  wait_until ended "$first"
  wait_until is_released
  [ "$(free_names)" = 0 ]
  SSH_FAST_MAX_AGE=1h fast host true
  [ "$(logins)" = $((before + 1)) ]
}

@test "--max-age: the master of another program is as old as its socket" {
  local first lock
  fast host true
  wait_until is_released
  lock=$(free_lock)
  [ "$(stat -c %W "$(socket_of)")" -gt 0 ] || skip "this file system does not tell the birth of a file"
  first=$(free_master)
  wait_until is_older_than "$lock" 1
  truncate -s 80 "$lock"
  SSH_FAST_MAX_AGE=1h fast host true
  wait_until is_released
  [ "$(free_master)" = "$first" ]
  truncate -s 80 "$lock"
  SSH_FAST_MAX_AGE=1 fast host true
  wait_until ended "$first"
  wait_until is_released
  [ "$(free_names)" = 0 ]
}

@test "changes at the server are seen once the login is too old" {
  local key
  key=$(cat "$DIR/authorized_keys")
  say() { "$@" host 'echo "${SSH_ORIGINAL_COMMAND:-free} ${LC_SF_GROUP:-none}"'; }
  # changed LINE: as plain ssh sees it, ssh-fast does, behind the age alone.
  changed() {
    local before after status=0
    before=$(say fast)
    echo "$1" >"$DIR/authorized_keys"
    after=$(say plain 2>&1) || status=$?
    [ "$(say fast)" = "$before" ]
    wait_until is_released
    older "$(free_lock)" $((8 * 3600))
    run say fast
    [ "$status:$output" = "$status:$after" ]
    [ "$after" != "$before" ]
    echo "$key" >"$DIR/authorized_keys"
    gc --retire >/dev/null
  }
  changed "command=\"echo forced\" $key"
  changed "environment=\"LC_SF_GROUP=wheel\" $key"
  changed "# nobody"
}

@test "a login ends with its certificate: from the agent, a file, an option" {
  ssh-keygen -q -t ed25519 -N '' -f "$OUT/ca"
  ssh-keygen -q -t ed25519 -N '' -f "$OUT/key"
  local before now
  # A second server that knows the authority alone.
  echo "cert-authority $(cat "$OUT/ca.pub")" >"$DIR/authorized_keys"
  certify() {
    ssh-keygen -q -s "$OUT/ca" -I me -n "$(id -un)" -V "-1m:+$1" "$OUT/key.pub" 2>/dev/null
  }
  # A certificate of an hour is good for a session and no longer than that.
  certify 1h
  write_config "$OUT/config"
  sed -i "s|IdentityFile.*|IdentityFile $OUT/key|" "$OUT/config"
  "$SSH_FAST" -F "$OUT/config" host true
  wait_until is_released
  before=$(logins)
  now=$(date +%s)
  local until
  until=$(sed -n '3s/.* until \([0-9]*\) .*/\1/p' "$(free_lock)")
  [ "$until" -gt $((now + 3000)) ] && [ "$until" -le $((now + 3600)) ]
  "$SSH_FAST" -F "$OUT/config" host true
  [ "$(logins)" = "$before" ]
  wait_until is_released
  older "$(free_lock)" 0 $((now - 1))
  "$SSH_FAST" --max-age=none -F "$OUT/config" host true
  [ "$(logins)" = $((before + 1)) ]
  wait_until is_released
  # One that has ended: denied, as by plain ssh, though a master is there.
  gc --retire >/dev/null
  wait_until is_gone_file "$(free_lock)"
  certify 2s
  "$SSH_FAST" -F "$OUT/config" host true
  denied() { ! ssh -F "$OUT/config" host true; }
  wait_until denied
  run "$SSH_FAST" -F "$OUT/config" host true
  [ "$status" = 255 ]
  [[ "$output" == *"Permission denied"* ]]
  cp "$DIR/id.pub" "$DIR/authorized_keys"
}

# persist_of WORD...: what a master would get, and where that is said.
persist_of() {
  local said
  said=$("$SSH_FAST" "$@" --explain -F "$OUT/config" host)
  echo "$(sed -n 's/.*-oControlPersist=\([0-9]*\) .*/\1/p' <<<"$said" | sort -u)" \
    "$(sed -n 's/^  Persist .*(\(.*\))$/\1/p' <<<"$said")"
}

@test "ControlPersist of the configuration is the default, for each host" {
  local pair
  for pair in 20m:1200 1h30m:5400 7:7 yes:28800 0:28800 99w:28800; do
    write_config "$OUT/config" 'Host other' 'ControlPersist 5' 'Host host' "ControlPersist ${pair%:*}"
    [ "$(persist_of)" = "${pair#*:} ssh_config" ]
  done
  [ "$(persist_of --max-age=none)" = "31536000 ssh_config" ]
  [ "$(persist_of --max-age=10m)" = "600 ssh_config" ]
  [ "$(persist_of --persist=5m)" = "300 --persist" ]
  [ "$(SSH_FAST_PERSIST=6m persist_of)" = "360 SSH_FAST_PERSIST" ]
  mkdir -m 700 "$ROOT"
  echo 'Persist 7m' >"$ROOT/config"
  [ "$(persist_of)" = "420 $ROOT/config line 1" ]
  rm "$ROOT/config"
  for pair in 'no' ''; do
    write_config "$OUT/config" "${pair:+ControlPersist $pair}"
    [ "$(persist_of)" = "90 default" ]
  done
}

@test "a master stays as long as the run that started it has said" {
  local first before
  write_config "$OUT/config" 'ControlPersist 1h'
  "$SSH_FAST" -F "$OUT/config" host true
  wait_until is_released
  first=$(free_master)
  before=$(logins)
  tr '\0' ' ' <"/proc/$first/cmdline" | grep -q -e '-oControlPersist=3600 '
  # The same connection, since how long it stays does not shape it.
  SSH_FAST_PERSIST=2h "$SSH_FAST" -F "$OUT/config" host true
  wait_until is_released
  [ "$(logins):$(free_master)" = "$before:$first" ]
  [ "$(ls_json | jq '.namespaces[].leases[].master.ends_in_seconds')" -le 3600 ]
  gc --retire >/dev/null
  SSH_FAST_PERSIST=2h "$SSH_FAST" -F "$OUT/config" host true
  wait_until is_released
  [ "$(ls_json | jq '.namespaces[].leases[].master.ends_in_seconds')" -gt 7000 ]
  # And it ends when that is over.
  gc --retire >/dev/null
  write_config "$OUT/config" 'ControlPersist 1'
  "$SSH_FAST" -F "$OUT/config" host true
  wait_until ended "$(free_master)"
}

@test "what will not come again stays for a moment on its first run" {
  local first
  ssh-keygen -q -t ed25519 -N '' -f "$OUT/key"
  cat "$OUT/key.pub" >>"$DIR/authorized_keys"
  write_config "$OUT/config"
  sed -i '/IdentityFile/d; /IdentitiesOnly/d' "$OUT/config"
  # The pids of the masters that the run leaves.
  persist_after() {
    "$SSH_FAST" "$@" -F "$OUT/config" "${words[@]}" host true
    wait_until is_released
    tr '\0' '\n' <"/proc/$(free_master)/cmdline" | sed -n 's/^-oControlPersist=//p'
    gc --retire >/dev/null
    wait_until is_gone_file "$(free_lock)"
  }
  local words=(-i "$OUT/key")
  [ "$(persist_after)" = 15 ]
  # It has come again.
  [ "$(persist_after)" = 90 ]
  rm -r "$ROOT"
  [ "$(persist_after --persist=2m)" = 120 ]
  rm -r "$ROOT"
  touch -d '5 minutes ago' "$OUT/key"
  [ "$(persist_after)" = 90 ]
  eval "$(ssh-agent 3>&-)" >/dev/null
  ssh-add -q "$OUT/key"
  words=(-A)
  [ "$(persist_after)" = 15 ]
  [ "$(persist_after)" = 90 ]
  words=(-a)
  [ "$(persist_after)" = 90 ]
  ssh-agent -k >/dev/null
  cp "$DIR/id.pub" "$DIR/authorized_keys"
}
