#!/usr/bin/env bats
# ssh-fast as the client of a master itself (--client=native, auto), beside
# ssh's own client over a master of the same kind.

load ../lib/helper

setup_file() { make_dir; start_sshd 'MaxSessions 3' 'AcceptEnv MINE_* TERM'; }
setup() {
  new_root
  ODD=()
  OWN=$DIR/own$BATS_TEST_NUMBER
  CLIENT=native
  export SSH_FAST_CLIENT=native
  BEFORE=$(logins)
}
teardown() {
  local pid
  for pid in "${ODD[@]}"; do
    pkill -KILL -P "$pid" 2>/dev/null || :
    kill -KILL "$pid" 2>/dev/null || :
  done
}
# ssh's own master, beside a pool.
own_master() {
  ssh -F "$DIR/config" -oControlMaster=auto -oControlPersist=60 -S "$OWN" "$@" host true
}
own() { ssh -F "$DIR/config" -S "$OWN" "$@"; }
client_of() { "$SSH_FAST" --explain "$@" | sed -n 's/^client: //p'; }
# beside ARGUMENT...: both clients, with their output and status compared.
beside() {
  local one=$BATS_TEST_TMPDIR/one two=$BATS_TEST_TMPDIR/two one_status=0 two_status=0
  own "$@" >"$one" 2>"$one.err" </dev/null || one_status=$?
  fast "$@" >"$two" 2>"$two.err" </dev/null || two_status=$?
  if [ "$one_status" != "$two_status" ]; then
    echo "$*: ssh ends with $one_status, ssh-fast with $two_status" >&2
    return 1
  fi
  diff "$one" "$two" && diff "$one.err" "$two.err"
}

@test "all exit codes, as ssh's client has them" {
  local code differing=0 status one two
  warm_up
  own_master
  for ((code = 0; code < 256; code += $(times 1 5))); do
    one=0 two=0
    fast host "exit $code" </dev/null || one=$?
    if ((code % 15 == 0)); then own host "exit $code" </dev/null || two=$?; else two=$code; fi
    if [ "$one" != "$code" ] || [ "$two" != "$code" ]; then differing=$((differing + 1)); fi
  done
  [ "$differing" = 0 ]
  [ "$(new_logins)" = 1 ]
}

@test "output, errors and what kills the far command are the same" {
  local tty=no
  if has_terminals; then tty=yes; fi
  warm_up
  own_master
  beside host 'echo out; echo err >&2; exit 3'
  beside host 'kill -9 $$'
  beside host 'kill -TERM $$'
  beside host nonsense-that-is-no-command
  beside host 'printf "%s\n" "$0"; cat' extra words '  two  blanks  '
  beside host ''
  beside host
  beside -T host 'tty; echo $TERM'
  if [ $tty = yes ]; then beside -tt host 'exit 4'; fi
  beside -n host cat
  beside -q host
  beside -oLogLevel=INFO host
  beside -oLogLevel=INFO -t host 'tty; exit 5'
  beside -oLogLevel=quiet -t host tty
  beside -s host sftp
  beside -e none host true
  beside -oBatchMode=yes -oRequestTTY=no -oRemoteCommand=none host echo fine
  [ "$(new_logins)" = 1 ]
}

@test "a subsystem that the server refuses: what plain ssh says of it" {
  local option
  warm_up
  for option in -oLogLevel=INFO -q; do
    run -255 ssh -F "$DIR/config" $option -s host no-such-subsystem
    local plain=$output
    run -255 "$SSH_FAST" -F "$DIR/config" $option -s host no-such-subsystem
    [ "$output" = "$plain" ]
  done
}

@test "the environment is sent as ssh sends it" {
  write_config "$DIR/env-config" 'SendEnv SF_* LC_?' 'SetEnv SF_SET="two words" MINE_B=c'
  export SF_A=1 SF_B='with  blanks = and signs' LC_X=y LC_XY=n OTHER=z
  local show='env | grep -E "^(SF_|LC_|MINE_|OTHER)" | sort'
  ssh -F "$DIR/env-config" host "$show" >"$BATS_TEST_TMPDIR/plain"
  "$SSH_FAST" -F "$DIR/env-config" host true
  wait_until is_released
  [ "$(client_of -F "$DIR/env-config" host "$show")" = native ]
  "$SSH_FAST" -F "$DIR/env-config" host "$show" >"$BATS_TEST_TMPDIR/native"
  diff "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/native"
  grep -q '^SF_B=with  blanks = and signs$' "$BATS_TEST_TMPDIR/native"
  grep -q '^SF_SET=two words$' "$BATS_TEST_TMPDIR/native"
  # On the command line, as git does it: a pool of its own.
  local option
  for option in -oSendEnv=GIT_PROTOCOL -oSetEnv=SF_C=d; do
    GIT_PROTOCOL=version=2 ssh -F "$DIR/config" $option host env | grep -E 'GIT|SF_C' | sort >"$BATS_TEST_TMPDIR/plain"
    fast $option host true
    GIT_PROTOCOL=version=2 fast $option host env | grep -E 'GIT|SF_C' | sort >"$BATS_TEST_TMPDIR/native"
    diff "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/native"
    [ -s "$BATS_TEST_TMPDIR/native" ]
  done
}

@test "many MiB on stdin, stdout and stderr at once arrive whole" {
  warm_up
  head -c "$(times 104857600 20971520)" /dev/urandom >"$DIR/data"
  local sum
  sum=$(sha256sum <"$DIR/data")
  fast host 'tee /dev/stderr' <"$DIR/data" \
    > >(sha256sum >"$BATS_TEST_TMPDIR/out") 2> >(sha256sum >"$BATS_TEST_TMPDIR/err")
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  wait_until has_content "$BATS_TEST_TMPDIR/err"
  rm "$DIR/data"
  [ "$(cat "$BATS_TEST_TMPDIR/out")" = "$sum" ]
  [ "$(cat "$BATS_TEST_TMPDIR/err")" = "$sum" ]
  [ "$(new_logins)" = 0 ]
}

@test "stdin, stdout, stderr closed at the start, in every combination" {
  local closed
  warm_up
  own_master
  for closed in 0 1 2 01 02 12 012; do
    ODD_STATE_CLOSE=$closed run "$TOOLS/odd-state" "$SSH_FAST" -F "$DIR/config" host 'cat; echo out; echo err >&2; exit 5'
    local native=$status native_output=$output
    ODD_STATE_CLOSE=$closed run "$TOOLS/odd-state" ssh -F "$DIR/config" -S "$OWN" host 'cat; echo out; echo err >&2; exit 5'
    [ "$status" = "$native" ]
    [ "$output" = "$native_output" ]
  done
}

@test "streams closed midway: near and far, the status is the same" {
  local command status=()
  warm_up
  own_master
  for command in 'exec >&-; echo err >&2; exit 6' 'exec 2>&-; echo out; exit 7' \
    'exec <&-; echo out; exit 8' 'exec <&- >&- 2>&-; exit 9'; do
    beside host "$command"
  done
  # A reader that goes away, near and far.
  status=(0 0)
  fast host yes 2>/dev/null | head -n 3 >"$BATS_TEST_TMPDIR/out" || status[0]=${PIPESTATUS[0]}
  own host yes 2>/dev/null | head -n 3 >/dev/null || status[1]=${PIPESTATUS[0]}
  [ "${status[0]}" = "${status[1]}" ]
  [ "$(wc -l <"$BATS_TEST_TMPDIR/out")" = 3 ]
  yes | fast host 'head -n 3' >"$BATS_TEST_TMPDIR/out"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/out")" = 3 ]
  wait_until is_released
}

@test "a far background process that holds stdout is waited for as by ssh" {
  local began
  warm_up
  own_master
  began=$(date +%s%N)
  beside host 'sleep 1 & echo started; exit 11'
  [ $(($(date +%s%N) - began)) -ge 1900000000 ]
  began_now
  beside host 'sleep 20 >/dev/null 2>&1 </dev/null & echo started; exit 12'
  was_at_once
}

@test "the flags of stdio are as they were, also when the master is killed" {
  warm_up
  mkfifo "$BATS_TEST_TMPDIR/pipe"
  exec {pipe}<>"$BATS_TEST_TMPDIR/pipe"
  local flags master
  flags=$(sed -n 's/^flags:\t//p' "/proc/$BASHPID/fdinfo/$pipe")
  fast host true <&"$pipe" >&"$pipe" 2>&"$pipe"
  [ "$(sed -n 's/^flags:\t//p' "/proc/$BASHPID/fdinfo/$pipe")" = "$flags" ]
  master=$(master_pid "$(socket_of)")
  fast_exec host 'echo here; sleep 60' <&"$pipe" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" &
  local pid=$! code=0
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  [ "$(sed -n 's/^flags:\t//p' "/proc/$BASHPID/fdinfo/$pipe")" != "$flags" ]
  kill -KILL "$master"
  wait "$pid" || code=$?
  [ "$code" = 255 ]
  [ "$(sed -n 's/^flags:\t//p' "/proc/$BASHPID/fdinfo/$pipe")" = "$flags" ]
  exec {pipe}>&-
  grep -q '^ssh-fast: cannot go on with the session on 127.0.0.1: its master has ended$' "$BATS_TEST_TMPDIR/err"
}

@test "a refused session (MaxSessions) is a plain login, without a word" {
  local pids=() i
  warm_up
  # Three sessions of others on the very master.
  local socket
  socket=$(socket_of)
  for i in 1 2 3; do
    ssh -F none -S "$socket" host 'echo here; sleep 60' >"$BATS_TEST_TMPDIR/out$i" 3>&- &
    pids+=($!)
    wait_until has_content "$BATS_TEST_TMPDIR/out$i"
  done
  BEFORE=$(logins)
  run --separate-stderr "$SSH_FAST" -F "$DIR/config" host 'echo fine; exit 4'
  kill "${pids[@]}"
  wait "${pids[@]}" || :
  [ "$status" = 4 ]
  [ "$output" = fine ]
  [ -z "$stderr" ]
  [ "$(new_logins)" = 1 ]
  wait_until is_released
}

# An odd master in the place of the one lease's.
odd() {
  local socket
  socket=$(socket_of)
  timeout 5 ssh -F none -S "$socket" -O exit x 2>/dev/null || :
  wait_until is_gone_file "$socket"
  "$TOOLS/odd-master" "$1" "$socket" >"$BATS_TEST_TMPDIR/$1" 3>&- &
  ODD+=($!)
  wait_until has_content "$BATS_TEST_TMPDIR/$1"
}

@test "a master that answers the request for a session wrongly: 255 and why" {
  local what
  for what in garbage huge small unknown stray status; do
    export ROOT=$DIR/o-$what SSH_FAST_ROOT=$DIR/o-$what
    warm_up
    odd "open-$what"
    run --separate-stderr timeout 20 "$SSH_FAST" -F "$DIR/config" host echo fine
    [ "$status" = 255 ]
    [ -z "$output" ]
    [ "$stderr" = "ssh-fast: cannot open a session on 127.0.0.1: its master's answer is not understood" ]
    # Nobody trips over it again.
    [ "$(fast host echo fine)" = fine ]
  done
}

@test "a master that refuses, or goes away, before there is a session: a login" {
  local what
  for what in refuses denies closes truncated; do
    export ROOT=$DIR/p-$what SSH_FAST_ROOT=$DIR/p-$what
    warm_up
    odd "open-$what"
    run --separate-stderr timeout 20 "$SSH_FAST" -F "$DIR/config" host 'echo fine; exit 3'
    [ "$status" = 3 ]
    [ "$output" = fine ]
  done
}

@test "a master that stops before there is a session: it is ended, and a login" {
  local began
  warm_up
  odd open-stops
  began=$(date +%s%N)
  run --separate-stderr timeout 20 "$SSH_FAST" --probe-timeout=300 -F "$DIR/config" host 'echo fine; exit 3'
  [ $(($(date +%s%N) - began)) -lt 5000000000 ]
  [ "$status" = 3 ]
  [ "$output$stderr" = fine ]
  [ "$(new_logins)" = 1 ]
}

@test "a master that tells the pid of another process: that one is left alone" {
  sleep 60 3>&- &
  local victim=$!
  warm_up
  ODD_PID=$victim odd open-silent
  run --separate-stderr timeout 20 "$SSH_FAST" --answer-timeout=1 -F "$DIR/config" host echo fine
  kill -0 "$victim"
  [ "$status" = 255 ]
  [ "$stderr" = "ssh-fast: cannot open a session on 127.0.0.1: its master's server does not answer" ]
  kill "$victim"
}

@test "a server that opens sessions slowly is waited for where that is wanted" {
  warm_up
  odd open-silent
  # The master itself answers, whatever its server does.
  "$SSH_FAST" --probe-timeout=200 --answer-timeout=0 -F "$DIR/config" host echo fine 3>&- &
  local pid=$!
  run timeout 3 tail --pid="$pid" -f /dev/null
  [ "$status" = 124 ]
  kill "$pid"
  wait "$pid" || :
}

@test "a server that does not open a session in time: a login" {
  warm_up
  odd open-silent
  run --separate-stderr timeout 20 "$SSH_FAST" --answer-timeout=1 -F "$DIR/config" host 'echo fine; exit 3'
  [ "$status" = 3 ]
  [ "$output$stderr" = fine ]
  [ "$(new_logins)" = 1 ]
}

@test "a master that goes on wrongly with an open session: 255 and why" {
  local what
  for what in garbage huge small unknown stray twice; do
    export ROOT=$DIR/q-$what SSH_FAST_ROOT=$DIR/q-$what
    warm_up
    odd "run-$what"
    run --separate-stderr timeout 20 "$SSH_FAST" -F "$DIR/config" host echo fine
    [ "$status" = 255 ]
    [ "$stderr" = "ssh-fast: cannot go on with the session on 127.0.0.1: its master's word is not understood" ]
  done
}

@test "the status arrives byte by byte as well; closed without one is 255" {
  local what
  for what in status:5 drip:5 closes:255 truncated:255; do
    export ROOT=$DIR/s-${what%:*} SSH_FAST_ROOT=$DIR/s-${what%:*}
    warm_up
    odd "run-${what%:*}"
    run --separate-stderr timeout 20 "$SSH_FAST" -F "$DIR/config" host echo fine
    [ "$status" = "${what#*:}" ]
    # It still listens: so it was the far command that was killed.
    [ -z "$stderr" ]
  done
}

@test "--explain and --verbose say who is the client, and why" {
  warm_up
  [ "$(client_of -F "$DIR/config" host true)" = native ]
  [ "$(client_of --client=ssh -F "$DIR/config" host true)" = ssh ]
  [ "$(client_of -F "$DIR/config" -tt host true)" = native ]
  [ "$(client_of -F "$DIR/config" -v host true)" = "ssh, because only ssh prints the messages of -v" ]
  [ "$(client_of -F "$DIR/config" -oEscapeChar=ab host true)" = "ssh, because only ssh reads one of the -o options" ]
  [ "$(client_of -F "$DIR/config" -oRemoteCommand=date host)" = "ssh, because only ssh reads one of the -o options" ]
  run --separate-stderr "$SSH_FAST" --verbose -F "$DIR/config" host true
  [[ "$stderr" == *"ssh-fast: client: native"* ]]
}

@test "settings of the configuration count as they do for ssh" {
  local setting command
  for setting in 'RequestTTY force' 'RemoteCommand echo %h; exit 7' 'SessionType subsystem' 'StdinNull yes' 'LogLevel INFO' 'EscapeChar none' 'LogLevel QUIET'; do
    write_config "$DIR/set-config" "$setting"
    if [ "$setting" = 'RequestTTY force' ] && ! has_terminals; then continue; fi
    command=sftp
    if [[ "$setting" == RemoteCommand* ]]; then command=; fi
    ssh -F "$DIR/set-config" host $command </dev/null >"$BATS_TEST_TMPDIR/one" 2>&1 || echo $? >>"$BATS_TEST_TMPDIR/one"
    "$SSH_FAST" -F "$DIR/set-config" host true </dev/null >/dev/null 2>&1 || :
    wait_until is_released
    [ "$(client_of -F "$DIR/set-config" host $command)" = native ]
    "$SSH_FAST" -F "$DIR/set-config" host $command </dev/null >"$BATS_TEST_TMPDIR/two" 2>&1 || echo $? >>"$BATS_TEST_TMPDIR/two"
    diff "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
  done
  for setting in 'LogLevel DEBUG' 'ForwardAgent /nowhere'; do
    write_config "$DIR/set-config" "$setting"
    "$SSH_FAST" -F "$DIR/set-config" host </dev/null >/dev/null 2>&1 || :
    [[ "$(client_of -F "$DIR/set-config" host)" == "ssh, because "* ]]
  done
}

@test "one given namespace: each session follows its own configuration" {
  export SSH_FAST_NAMESPACE=mine
  warm_up
  [ "$(client_of -F "$DIR/config" host true)" = native ]
  write_config "$DIR/other-config" 'SetEnv LC_ALL=other'
  [ "$(client_of -F "$DIR/other-config" host true)" = native ]
  # What ssh does not tell is left to it, and the lease is had all the same.
  cat >"$DIR/untold" <<'X'
#!/bin/sh
[ "$1" != -G ] || exit 1
exec ssh "$@"
X
  chmod 755 "$DIR/untold"
  [[ "$(decision_of --ssh="$DIR/untold" -F "$DIR/config" -oServerAliveInterval=7 host true)" == lease* ]]
  [ "$(new_logins)" = 0 ]
}

@test "no keeper, and the lease is free before the next command can start" {
  local i
  warm_up
  for ((i = 0; i < $(times 300 60); i++)); do
    fast host true
    [ "$(used_names)" = 0 ]
  done
  [ "$(new_logins)" = 0 ]
  fast_exec host 'echo here; sleep 60' >"$BATS_TEST_TMPDIR/out" &
  local pid=$!
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  [ "$(lease_states --root="$ROOT" | cut -d' ' -f1,2)" = "held $pid" ]
  run pgrep -P "$pid"
  [ "$status" = 1 ]
  kill -KILL "$pid"
  wait "$pid" || :
  wait_until is_let_go
  fast host true
  [ "$(new_logins)" = 0 ]
}

@test "without a probe, or with ssh's, it connects by itself" {
  local probe
  warm_up
  for probe in none ssh; do
    run --separate-stderr "$SSH_FAST" --probe=$probe --verbose -F "$DIR/config" host 'echo fine; exit 2'
    [ "$status" = 2 ]
    [ "$output" = fine ]
    [[ "$stderr" == *"client: native"* ]]
  done
  kill -KILL "$(master_pid "$(socket_of)")"
  run --separate-stderr "$SSH_FAST" --probe=none -F "$DIR/config" host 'echo fine; exit 2'
  [ "$status" = 2 ]
  [ -z "$stderr" ]
}

# terminal CASE: the client in a terminal that expect has.
terminal() {
  needs_terminals
  warm_up
  CLIENT_NAME="$SSH_FAST" "$BATS_TEST_DIRNAME/terminal.exp" "$1" \
    "$SSH_FAST" --client=native -F "$DIR/config" -oLogLevel=INFO -t host
  wait_until is_let_go
}

@test "a terminal: size, type and modes are there, and afterwards as before" {
  terminal exit
}
@test "a terminal's keys are the far side's" { terminal keys; }
@test "a terminal that is resized, and the client killed" { terminal resize; }
@test "an editor, resized and left" { terminal vi; }
@test "an editor, stopped, resized, gone on with and left" { terminal stop; }
@test "a terminal is as before after ~." { terminal escape; }
@test "a terminal is as before after HUP, INT, TERM, QUIT, ALRM and USR1" {
  local signal
  for signal in HUP INT TERM QUIT ALRM USR1; do terminal "$signal"; done
}
@test "a terminal is as before when the master is killed" {
  needs_terminals
  warm_up
  MASTER=$(master_pid "$(socket_of)")
  cat >"$BATS_TEST_TMPDIR/killer.exp" <<'END'
set timeout 15
log_user 0
set stty_init "rows 33 cols 77"
spawn -noecho bash --norc --noprofile -c {before=$(stty -g); "$@"; status=$?; test "$(stty -g)" = "$before" && echo "SAME $status"} - {*}[lrange $argv 1 end]
expect herenow {} default {exit 1}
exec kill -KILL [lindex $argv 0]
expect "its master has ended" {} default {exit 2}
expect "Connection to 127.0.0.1 closed." {} default {exit 3}
expect "SAME 255" {} default {exit 4}
END
  expect "$BATS_TEST_TMPDIR/killer.exp" "$MASTER" "$SSH_FAST" -F "$DIR/config" -oLogLevel=INFO -tt host 'echo here''now; sleep 30'
}

@test "a server that hands out no terminal: the end with -tt, as for plain ssh" {
  local keys
  ssh-keygen -q -t ed25519 -N '' -f "$DIR/no-pty"
  echo "no-pty $(cat "$DIR/no-pty.pub")" >>"$DIR/authorized_keys"
  keys=(-F "$DIR/config" -i "$DIR/no-pty")
  # A master that asked for no terminal itself.
  SSH_FAST_CLIENT=ssh "$SSH_FAST" "${keys[@]}" host true
  wait_until is_released
  # The far command runs, and may or may not be heard.
  run -255 --separate-stderr ssh "${keys[@]}" -tt host 'echo out; exit 5' </dev/null
  [[ "$stderr" == "PTY allocation request failed on channel 0"* ]]
  run -255 --separate-stderr "$SSH_FAST" "${keys[@]}" -tt host 'echo out; exit 5' </dev/null
  # Once, by us or by the master.
  [[ "$stderr" =~ ^"PTY allocation request failed"(" on channel 0")?$'\r'?$ ]]
  wait_until is_let_go
  [ "$("$SSH_FAST" "${keys[@]}" host echo fine)" = fine ]
}
