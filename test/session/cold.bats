#!/usr/bin/env bats
# The cold start: a login that leaves a master, in a context of the master's
# own, and what is left of it where it fails or is ended.
# clients: ssh native auto

load ../lib/helper

setup_file() { make_dir; start_sshd "MaxAuthTries 3"; }
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  BEFORE=$(logins)
}
teardown() {
  if [ -n "${SILENT:-}" ]; then kill "$SILENT" && wait "$SILENT" || :; fi
}
is_process() { [ -e "/proc/$1" ]; }

# The one master, and what can be seen of it.
find_master() {
  MASTER=$(master_pid "$(socket_of)")
  [ -n "$MASTER" ] && is_process "$MASTER"
}
limit_of() { awk -v "name=$1" 'index($0, name) == 1 {sub(name, ""); print $1, $2}' "/proc/$MASTER/limits"; }

@test "a master keeps no folder, descriptor, limit, niceness of its starter" {
  mkdir "$T/folder"
  (
    cd "$T/folder"
    exec 7<"$DIR/config" 8>"$T/file"
    ulimit -Sf 100
    ulimit -St 600
    ulimit -Sn 100
    ulimit -Sc unlimited 2>/dev/null || :
    ionice -c 3 nice -n -0 "$SSH_FAST" -F "$DIR/config" host true </dev/null
  )
  find_master
  [ "$(readlink "/proc/$MASTER/cwd")" = / ]
  readlink "/proc/$MASTER/fd"/* | sort -u >"$T/targets"
  run -1 grep -v '^/dev/null$\|^socket:' "$T/targets"
  [ "$(find "/proc/$MASTER/fd" -type l | wc -l)" = 5 ]
  local name soft hard
  for name in 'Max file size' 'Max cpu time' 'Max data size' 'Max address space' 'Max processes'; do
    read -r soft hard < <(limit_of "$name")
    [ -n "$soft" ] && [ "$soft" = "$hard" ]
  done
  read -r soft hard < <(limit_of 'Max open files')
  [ "$soft" -gt 100 ] || [ "$soft" = "$hard" ]
  read -r soft hard < <(limit_of 'Max core file size')
  [ "$soft" = 0 ]
  [[ "$(ionice -p "$MASTER")" != idle ]]
  [ "$(ps -o sid= -p "$MASTER" | tr -d ' ')" != "$(ps -o sid= -p $$ | tr -d ' ')" ]
  [ "$(ps -o tty= -p "$MASTER")" = '?' ]
  rmdir "$T/folder"
  # And what the next one writes is not cut off.
  fast host 'head -c 300000 /dev/zero' >"$T/data" </dev/null
  [ "$(stat -c %s "$T/data")" = 300000 ]
  [ "$(new_logins)" = 1 ]
}

@test "what a master cannot give up stays with those who have it in common" {
  (
    ulimit -f 100
    nice -n 5 "$SSH_FAST" -F "$DIR/config" host true </dev/null
  )
  # To root alone it may be allowed to go back: then there is one pool.
  fast host 'head -c 300000 /dev/zero' >"$T/data" </dev/null
  [ "$(stat -c %s "$T/data")" = 300000 ]
  MASTER=$(master_pid "$(folder_of -F "$DIR/config" host)"/c/s*)
  [ "$(ps -o ni= -p "$MASTER" | tr -d ' ')" = 0 ]
  [ "$(limit_of 'Max file size')" = "unlimited unlimited" ]
  (
    ulimit -f 100
    nice -n 5 "$SSH_FAST" -F "$DIR/config" host true </dev/null
  )
  [ "$(new_logins)" -le 2 ]
}

@test "our own limits are those that the session's ssh inherits" {
  if [ "$CLIENT" != ssh ]; then skip "nobody inherits them"; fi
  mkdir "$T/here"
  (
    cd "$T/here"
    ulimit -Sn 123
    fast_exec host 'echo here; sleep 60' >"$T/out"
  ) &
  local pid=$!
  wait_until has_content "$T/out"
  grep -q '^Max open files *123 ' "/proc/$pid/limits"
  [ "$(readlink "/proc/$pid/cwd")" = "$T/here" ]
  kill "$pid"
  wait "$pid" || :
}

@test "the login gets the options that concern it, in order, and no others" {
  local login
  login() { "$SSH_FAST" --client=ssh --explain "$@" | sed -n 's/^login: [^ ]*ssh -MNTf -oControlPersist=[0-9]* -S [^ ]* //p'; }
  [ "$(login -F "$DIR/config" host true)" = "-F $DIR/config host" ]
  [ "$(login -tvqF"$DIR/config" -oBatchMode=yes -p22 u@host -4 -T -n -l x 'a b' c)" = \
    "-v -q -F $DIR/config -o BatchMode=yes -p 22 u@host -4 -l x" ]
  [ "$(login -F "$DIR/config" -oRequestTTY=yes -oLogLevel=QUIET -oControlMaster=no -oRemoteCommand=x -oStdinNull=yes -e none host)" = \
    "-F $DIR/config -o LogLevel=QUIET host" ]
  [ "$(login -s -f -F "$DIR/config" -oSessionType=subsystem -oPort=5 -aC -- host sftp)" = \
    "-F $DIR/config -o Port=5 -a -C host" ]
  [ "$(login -F "$DIR/config" -W there:22 -y -E /x/log host)" = "-F $DIR/config -y -E /x/log host" ]
}

@test "what -F and -i name from the folder on is found, and the folder is left" {
  mkdir "$T/folder"
  cp "$DIR/config" "$T/folder/config"
  cp "$DIR/id" "$T/folder/key"
  (cd "$T/folder" && "$SSH_FAST" -F config -i key host true </dev/null)
  find_master
  [ "$(readlink "/proc/$MASTER/cwd")" = / ]
  # A name that ssh would say stays as it is, and so does the folder.
  ssh-keygen -q -p -N secret -f "$T/folder/key" -P ''
  ROOT=$ROOT.2
  SSH_FAST_ROOT=$ROOT
  sed -i "s,IdentityFile .*,IdentityFile none," "$T/folder/config"
  run expect -c "set timeout 15; spawn sh -c {cd $T/folder && exec $SSH_FAST -F config -oIdentityAgent=none -i key host 'echo fi''ne'}
    expect \"Enter passphrase for key 'key': \" {send \"secret\r\"} default {exit 1}
    expect -ex fine {} default {exit 2}; expect eof"
  [ "$status" = 0 ]
  find_master
  [ "$(readlink "/proc/$MASTER/cwd")" = "$T/folder" ]
}

@test "a key that is not there is warned of once, in ssh's words" {
  local words
  for words in "-i nowhere.key" "-inowhere.key" "-i nowhere.key -i other.key"; do
    new_root
    ROOT=$ROOT.${#words}
    SSH_FAST_ROOT=$ROOT
    # shellcheck disable=SC2086 # words
    run plain $words host 'echo fine'
    local wanted=$output
    [[ "$wanted" == *"Identity file nowhere.key not accessible"* ]]
    # shellcheck disable=SC2086
    run fast $words host 'echo fine'
    [ "$output" = "$wanted" ]
  done
}

@test "a login that fails says what ssh says, once, and leaves nothing" {
  local kind
  ssh-keygen -q -t ed25519 -N '' -f "$T/other"
  sed /IdentityFile/d "$DIR/config" >"$T/config"
  printf '#!/bin/sh\nhead -n 1 >"$0.read"\n' >"$T/proxy"
  chmod +x "$T/proxy"
  for kind in "-oIdentityFile=$T/other -oBatchMode=yes" "-p 1" "-oStrictHostKeyChecking=yes -oUserKnownHostsFile=/dev/null" \
    "-oProxyCommand=$T/proxy" "-oHostName=nowhere.invalid"; do
    rm -f "$T/plain" "$T/fast"
    # shellcheck disable=SC2086 # words
    run ssh $kind -oIdentityAgent=none -oLogLevel=INFO -F "$T/config" host true
    sed 's/port [0-9]*/port N/' <<<"$status $output" >"$T/plain"
    if [[ $kind = *Proxy* ]]; then
      echo "ssh-fast: cannot show what the proxy has said: SSH_FAST_DISABLE=1 shows it" >>"$T/plain"
    fi
    : >"$DIR/sshd.log"
    # shellcheck disable=SC2086
    run "$SSH_FAST" $kind -oIdentityAgent=none -oLogLevel=INFO -F "$T/config" host true
    sed 's/port [0-9]*/port N/' <<<"$status $output" >"$T/fast"
    diff "$T/plain" "$T/fast"
    [ "$status" = 255 ]
    [ "$(grep -c '^Connection from' "$DIR/sshd.log")" -le 1 ]
    [ -z "$(find "$ROOT" -path '*/c/*' -o -path '*/used/*' -o -path '*/free/*')" ]
  done
}

# hang PROGRAM [WORD...]: logs in at a server that never says a word: RUN is
# its pid, in a process group of its own.
hang() {
  if [ -z "${SILENT:-}" ]; then
    "$TOOLS/odd-server" silent >"$T/port" 3>&- &
    SILENT=$!
    wait_until has_content "$T/port"
  fi
  setsid "$@" -F "$DIR/config" -p "$(cat "$T/port")" host true </dev/null >/dev/null 3>&- &
  RUN=$!
}
# logs_in PID: it is an ssh that has connected, or has a child that is: LOGIN.
logs_in() {
  LOGIN=$(pgrep -P "$1" -x ssh || echo "$1")
  [ "$(cat "/proc/$LOGIN/comm")" = ssh ] && readlink "/proc/$LOGIN/fd"/* | grep -q socket:
}
has_no_names() { [ -z "$(find "$ROOT" -path '*/c/*' -o -path '*/used/*' -o -path '*/free/*')" ]; }
# status_after SIGNAL PID: what it ends with then.
status_after() {
  local status=0
  kill "-$1" "$2"
  wait "$2" || status=$?
  echo "$1: $status"
}

@test "a signal during the login ends it as plain ssh, and leaves nothing" {
  local number runs=() logins=() i=0
  for number in HUP INT QUIT TERM USR1; do
    hang env --default-signal="$number" ssh
    runs+=("$RUN")
    hang env --default-signal="$number" "$SSH_FAST"
    runs+=("$RUN")
  done
  for number in HUP INT QUIT TERM USR1; do
    wait_until logs_in "${runs[i]}"
    wait_until logs_in "${runs[i + 1]}"
    logins+=("$LOGIN")
    status_after "$number" "${runs[i]}" >>"$T/plain"
    status_after "$number" "${runs[i + 1]}" >>"$T/fast"
    i=$((i + 2))
  done
  diff "$T/plain" "$T/fast"
  for i in "${logins[@]}"; do ended "$i"; done
  has_no_names
}

@test "kill -9 during the login ends the login as well" {
  hang "$SSH_FAST"
  wait_until logs_in "$RUN"
  kill -9 "$RUN"
  wait "$RUN" || :
  wait_until ended "$LOGIN"
  # What it leaves goes as all else does that a crash leaves.
  gc --ttl=0
  no_namespace_is_left
}

@test "signals that are ignored stay so during the login" {
  hang env --default-signal=INT --ignore-signal=HUP --ignore-signal=TERM "$SSH_FAST"
  wait_until logs_in "$RUN"
  kill -HUP "$RUN" "$LOGIN"
  kill -TERM "$RUN" "$LOGIN"
  kill -INT "$RUN"
  wait "$RUN" || [ $? = 130 ]
  # And nothing that is killed outright stays.
  hang env --ignore-signal=TERM "$SSH_FAST"
  wait_until logs_in "$RUN"
  kill -9 "$RUN"
  wait "$RUN" || :
  wait_until ended "$LOGIN"
}
