#!/usr/bin/env bats
# ssh-fast-ls: what it tells apart, and that looking disturbs nobody.
# clients: ssh

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; OUT=$BATS_TEST_TMPDIR; }
LS=$BUILD/ssh-fast-ls


@test "a live ssh holds it: its pid, and the master's" {
  start_session
  local master
  master=$(master_pid "$(socket_of)")
  [ "$(lease_states)" = "held $SSH alive $master" ]
  # ps tells which host a master is for.
  [[ "$(ps -ww -o args= -p "$master")" == *" -S $(socket_of) "*" host" ]]
  run "$LS" -l
  [[ "${lines[2]}" =~ ^"$(id -un)@127.0.0.1:$PORT "\ *"$(basename "$ROOT"/* | cut -c 1-12) host"$ ]]
  [[ "${lines[3]}" =~ ^"  $(basename "$(socket_of)") held     $SSH ssh "\ +[0-9]+s" alive $master "\ +[0-9]+s\ +[0-9]+s\ +-$ ]]
  [[ "${lines[4]}" =~ ^\ {15}"127.0.0.1:"[0-9]+" to 127.0.0.1:$PORT"$ ]]
  [ "${#lines[@]}" = 5 ]
  run "$LS" --paths
  [ "${lines[5]}" = "               $(socket_of)" ]
  run "$LS"
  [[ "${lines[1]}" =~ ^"$(id -un)@127.0.0.1:$PORT "\ +1\ +0\ +0\ +1\ +0\ +0\ "$(basename "$ROOT"/* | cut -c 1-12) host"$ ]]
  kill "$SSH"
  wait "$SSH" || :
  wait_until is_released
  [ "$(lease_states)" = "free null alive $master" ]
}

@test "free and dead, free and stopped, and the seconds since its last use" {
  fast host true
  wait_until is_released
  local master
  master=$(master_pid "$(socket_of)")
  touch -h -d '1 hour ago' "$(socket_of)"
  [ "$(ls_json | jq '.namespaces[0].leases[0].idle_seconds | . >= 3600 and . < 3700')" = true ]
  stop "$master"
  [ "$(lease_states)" = "free null hung $master" ]
  run "$LS"
  [[ "${lines[1]}" =~ :$PORT\ +0\ +1\ +0\ +0\ +1\ +0\  ]]
  kill -KILL "$master"
  wait_until ended "$master"
  [ "$(lease_states)" = "free null dead null" ]
  rm "$(socket_of)"
  [ "$(lease_states)" = "free null none null" ]
  [ "$(ls_json | jq '.namespaces[0].leases[0].idle_seconds')" = null ]
}

@test "one that was set aside as hung" {
  fast host true
  wait_until is_released
  local master
  master=$(master_pid "$(socket_of)")
  stop "$master"
  "$SSH_FAST" --probe-timeout=100 -F "$DIR/config" host true
  wait_until one_is_used
  kill -CONT "$master"
  # It says so until somebody has asked the master again.
  [ "$(lease_states | grep -c "^leftover null hung $master$")" = 1 ]
  [ "$(lease_states --probe=native | grep -c "^leftover null alive $master$")" = 1 ]
}

@test "a killed keeper: held as long as ssh lives, then a leftover" {
  start_session
  local master
  master=$(master_pid "$(socket_of)")
  kill -KILL "$KEEPER"
  wait_until ended "$KEEPER"
  [ "$(lease_states)" = "held $SSH alive $master" ]
  kill -KILL "$SSH"
  wait "$SSH" || :
  [ "$(lease_states)" = "leftover null alive $master" ]
}

@test "a peer that writes no line: held by whoever took the lock" {
  fast host true
  wait_until is_released
  local ns name
  ns=$(echo "$ROOT"/*)
  name=$(basename "$ns"/free/s*)
  : >"$ns/free/$name"
  flock -n "$ns/free/$name" sh -c 'echo locked; read -r _' <&"$SILENCE" >"$OUT/peer" 3>&- &
  wait_until has_content "$OUT/peer"
  mv -n "$ns/free/$name" "$ns/used/$name"
  [[ "$(lease_states)" =~ ^held\ $!\ alive\ [0-9]+$ ]]
  # flock(1) passes the descriptor on to what it runs.
  kill "$(pgrep -P $!)"
  wait $! || :
  wait_until sh -c "'$BUILD/ssh-fast-ls' -l | grep -q leftover"
}

@test "a folder that bzfs made has no record, and is listed" {
  local name=abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE
  mkdir -p -m 0700 "$ROOT"
  mkdir -m 0700 "$ROOT/$name" "$ROOT/$name"/{c,free,used}
  (umask 077; : >"$ROOT/$name/free/sAAAAAAAAAAA")
  run "$LS"
  [ "$status" = 0 ]
  [ "${lines[1]}" = "-           0    1        0     0    0    0 abcdefghijkl" ]
  [ "${lines[2]}" = "  no record: another program made it" ]
  [ "$(ls_json | jq -c '.namespaces[0] | [.namespace, .text, .endpoint, .policy, .leases[0].state, .leases[0].master.state]')" = \
    "[\"$name\",null,null,null,\"free\",\"none\"]" ]
  run "$LS" 'abc*'
  [ "${#lines[@]}" = 3 ]
}

@test "a pattern is user@host[:port], a host as known or typed, or a folder" {
  fast one true
  fast two true
  local pattern shown
  for pattern in "*@127.0.0.1:$PORT" "$(id -un)@127.0.0.1" 127.0.0.1 '127*'; do
    run -0 "$LS" "$pattern"
    [ "${#lines[@]}" = 3 ]
  done
  run -0 "$LS" one
  [ "${#lines[@]}" = 2 ]
  [[ "${lines[1]}" == *" one" ]]
  run -0 "$LS" one t?o
  [ "${#lines[@]}" = 3 ]
  run -0 "$LS" "$(basename "$(folder_of -F "$DIR/config" two)")"
  [ "${#lines[@]}" = 2 ]
  shown=$("$LS" two | awk 'NR == 2 {print $8}')
  run -0 "$LS" "$shown"
  [ "${#lines[@]}" = 2 ]
  [[ "${lines[1]}" == *" $shown two" ]]
  # gc goes by the same.
  run -0 gc -n "$shown"
  [[ "$output" == *" of 1 namespace,"* ]]
}

@test "what is not there to list: a line for each, status 1; neither with -q" {
  fast one true
  run -1 --separate-stderr "$LS" nobody one 'x*'
  [ "${#lines[@]}" = 2 ]
  [ "$stderr" = "ssh-fast-ls: cannot list nobody: nothing in $ROOT matches that
ssh-fast-ls: cannot list x*: nothing in $ROOT matches that" ]
  run -0 --separate-stderr "$LS" -q nobody
  [ "$output$stderr" = "" ]
  run -1 --separate-stderr "$LS" "--root=$OUT/none"
  [ "$output" = "" ]
  [ "$stderr" = "ssh-fast-ls: cannot list $OUT/none: it is not there; the first run of ssh-fast makes it" ]
  run -0 --separate-stderr "$LS" -q "--root=$OUT/none"
  [ "$output$stderr" = "" ]
  run -1 --separate-stderr "$LS" -j "--root=$OUT/none"
  [ "$(jq -c .namespaces <<<"$output")" = '[]' ]
}

# record NUMBER LINE...: a namespace with these lines in its record.
record() {
  local folder
  folder=$ROOT/$(printf '%043d' "$1")
  shift
  mkdir -p -m 700 "$ROOT"
  mkdir -m 700 "$folder" "$folder"/{c,free,used}
  (umask 077; printf '%s\n' 'policy: lease' "machine: $(uname -n)" "$@" >"$folder/endpoint")
}

@test "the list at 80 columns, as it is to look" {
  local text='text: destination: backup\x0amachine: m\x0aconfig: a\x0a'
  record 1 'destination: backup' 'user: root' 'hostname: backup.example.org' 'port: 22' "$text"
  record 2 'destination: backup' 'user: root' 'hostname: backup.example.org' 'port: 22' \
    "${text}option: -A\x0aoption: setenv LC_ALL=C\x0a"
  record 3 'destination: backup' 'user: root' 'hostname: backup.example.org' 'port: 22' \
    "${text/config: a/config: b}key: other\x0a"
  record 4 'destination: nas' 'user: somebody' 'hostname: a-long-name.of-a.host.example.org' \
    'port: 47001' "${text/backup/nas}port: 47001\x0a"
  record 5 'destination: 10.0.0.7' 'user: you' 'hostname: 10.0.0.7' 'port: 22' \
    'text: destination: 10.0.0.7\x0a'
  sed -i 's/^policy: .*/policy: plain, the configuration asks for LocalForward/' "$ROOT"/*5/endpoint
  (umask 077; : >"$ROOT/$(printf '%043d' 1)/free/sAAAAAAAAAAA"
    : >"$ROOT/$(printf '%043d' 2)/used/sBBBBBBBBBBB")
  run -0 "$LS"
  diff - <(echo "$output") <<'END'
ENDPOINT                         HELD FREE LEFTOVER ALIVE HUNG DEAD FOLDER       AS
root@backup.example.org:22          0    1        0     0    0    0 000000000000
  backup
root@backup.example.org:22          0    0        0     0    0    0 000000000000
  another configuration, another key: backup
root@backup.example.org:22          0    0        1     0    0    0 000000000000
  backup -A -o setenv=LC_ALL=C
somebody@a-long-name.of-a.host.example.org:47001
                                    0    0        0     0    0    0 000000000000
  nas -p 47001
you@10.0.0.7:22                     0    0        0     0    0    0 000000000000
  plain ssh: the configuration asks for LocalForward
END
  run -0 "$LS" -l 'root@*' 10.0.0.7
  diff - <(echo "$output") <<'END'
ENDPOINT                   FOLDER       AS
  LEASE        STATE    HOLDER                   FOR MASTER         AGE IDLE ENDS
root@backup.example.org:22 000000000000 backup
  sAAAAAAAAAAA free     -                          - none             -    -    -
root@backup.example.org:22 000000000000
  another configuration, another key: backup
root@backup.example.org:22 000000000000 backup -A -o setenv=LC_ALL=C
  sBBBBBBBBBBB leftover -                          - none             -    -    -
you@10.0.0.7:22            000000000000
  plain ssh: the configuration asks for LocalForward
END
}

@test "--watch draws it anew on a terminal, until it is interrupted" {
  fast host true
  run -2 "$LS" --watch
  [ "$output" = "ssh-fast-ls: option --watch wants a terminal to draw on (see ssh-fast-ls --help)" ]
  run -2 "$LS" --watch=0
  TERM=xterm script -qfec "stty rows 3; exec '$LS' --watch=1" "$OUT/screens" </dev/null >/dev/null 3>&- &
  local script=$!
  twice() { [ "$(grep -c ENDPOINT "$OUT/screens")" -ge 2 ]; }
  wait_until twice
  fast other true
  # There is room for three lines: the last one tells what is left out.
  wait_until grep -q 'and 1 lines more' "$OUT/screens"
  kill "$(pgrep -P "$script")"
  wait "$script" || :
}

@test "quotes, newlines and bad UTF-8 in names break no JSON and no terminal" {
  local odd=$'a "quoted"\\ line\nnext\xff\x1b[31m\xc2\x9b end'
  "$SSH_FAST" --namespace="$odd" -F "$DIR/config" host true
  ls_json >"$OUT/json"
  jq -e . "$OUT/json" >/dev/null
  [ "$(jq -r '.namespaces[0].text' "$OUT/json")" = $'a "quoted"\\ line\nnext\xef\xbf\xbd\x1b[31m\xc2\x9b end' ]
  # A record that somebody else wrote may name anything.
  printf 'policy: plain, a \x1b[31mred\xff\xc2\x9bone\nuser: \x1b]0;x\x07\nhostname: h\xe2\x82\xac\nport: 22\ntext: x\n' \
    >"$(echo "$ROOT"/*)/endpoint"
  ls_json | jq -e '.namespaces[0].policy == "plain"' >/dev/null
  run "$LS"
  [ "$(printf '%s' "$output" | tr -d '[:print:]\n' | tr -d '\342\202\254' | wc -c)" = 0 ]
  [[ "$output" == *'\x1b]0;x\x07@h€:22'* ]]
  [[ "$output" == *'plain ssh: a \x1b[31mred\xff\xc2\x9bone' ]]
}

@test "the columns are aligned; only terminals get colour, without NO_COLOR" {
  fast host true
  fast other true
  run -0 "$LS"
  # The numbers end where their headings end.
  local until=${lines[0]%%ALIVE*}
  [[ "${lines[1]:0:${#until}+5}" =~ \ 1$ ]]
  [[ "$output" != *$'\e'* ]]
  TERM=xterm NO_COLOR='' script -qec "'$LS'" /dev/null </dev/null >"$OUT/colour"
  grep -q $'\e\\[32m' "$OUT/colour"
  TERM=xterm NO_COLOR=1 script -qec "'$LS' -l" /dev/null </dev/null >"$OUT/none"
  grep -q free "$OUT/none"
  [ "$(grep -c $'\e' "$OUT/none")" = 0 ]
}

@test "it opens nothing for writing, locks nothing and connects to no master" {
  fast host true
  wait_until is_released
  local before
  before=$(tree_of "$ROOT")
  strace -f -o "$OUT/trace" -e trace=openat,open,flock,fcntl,connect,sendto,write,unlinkat,renameat2,utimensat,mkdirat \
    "$LS" -l >"$OUT/out"
  [ "$(grep -c '^[^"]*"s[^"]*"' "$OUT/trace")" -gt 0 ]
  run grep -E 'O_WRONLY|O_RDWR|flock|unlink|rename|utimens|mkdir|sendto' "$OUT/trace"
  [ "$status" = 1 ]
  # Only a datagram socket knocks, which no master can hear.
  [ "$(grep connect "$OUT/trace" | grep -cv EPROTOTYPE)" = 0 ]
  [ "$(grep -c EPROTOTYPE "$OUT/trace")" = 1 ]
  [ "$(tree_of "$ROOT")" = "$before" ]
}

# Looks at the pool again and again until the file is gone.
look_on() { while [ -e "$1" ]; do "$LS" -lq "${@:2}" >>"$OUT/looked"; done; }

@test "many runs beside a loop of ssh-fast-ls -l make one login" {
  local i before
  before=$(logins)
  : >"$OUT/go"
  look_on "$OUT/go" 3>&- &
  local looker=$!
  for ((i = 0; i < $(times 500 100); i++)); do fast host true; done
  rm "$OUT/go"
  wait "$looker"
  [ "$(grep -c . "$OUT/looked")" -gt $((i / 5)) ]
  [ "$(logins)" = $((before + 1)) ] ||
    { "$LS" -l >&2; echo "$(logins) logins" >&2; return 1; }
}

@test "a watched master ends at its ControlPersist time, an asked one does not" {
  local watched asked
  "$SSH_FAST" --persist=2 -F "$DIR/config" host true
  wait_until is_released
  watched=$(socket_of)
  : >"$OUT/go"
  look_on "$OUT/go" 3>&- &
  local looker=$!
  wait_until is_gone_file "$watched"
  rm "$OUT/go"
  wait "$looker"
  [ "$(grep -c alive "$OUT/looked")" -gt 1 ]
  # The same with questions: this is what the test would see if ls asked.
  "$SSH_FAST" --persist=2 -F "$DIR/config" host true
  wait_until is_released
  asked=$(socket_of)
  local until=$((SECONDS + 5))
  while [ -S "$asked" ] && [ "$SECONDS" -lt "$until" ]; do
    "$LS" --probe=native >>"$OUT/asked"
  done
  [ -S "$asked" ]
}

@test "--probe=native calls stopped masters hung, all within one deadline" {
  local socket masters=() took try
  for i in 1 2 3; do
    : >"$OUT/s$i"
    fast_exec host 'echo here; sleep 60' >"$OUT/s$i" &
    masters+=($!)
    wait_until has_content "$OUT/s$i"
  done
  for socket in $(socket_of); do stop "$(master_pid "$socket")"; done
  # Three of them, one after the other, would take 4.5 s. A busy machine gets
  # more than one chance.
  for try in 1 2 3 4; do
    began_now
    SSH_FAST_PROBE_TIMEOUT=1500 "$LS" --probe=native -l >"$OUT/out"
    took=$(($(milliseconds) - BEGAN))
    [ "$(grep -c ' hung ' "$OUT/out")" = 3 ]
    if [ "$took" -lt 3000 ]; then break; fi
  done
  [ "$took" -lt 3000 ]
  for socket in $(socket_of); do
    kill -CONT "$(ls_json | jq -r ".namespaces[].leases[] | select(.socket == \"$socket\") | .master.pid")"
  done
  kill "${masters[@]}"
  wait "${masters[@]}" || :
  wait_until is_released
}

@test "another machine's namespace: nothing is known of its masters" {
  fast host true
  wait_until is_released
  kill -KILL "$(master_pid "$(socket_of)")"
  wait_until sh -c "'$LS' -l | grep -q dead"
  sed -i 's/^machine: .*/machine: elsewhere/' "$ROOT"/*/endpoint
  [ "$(lease_states)" = "free null null null" ]
  run "$LS"
  [ "${lines[2]}" = "  of another machine" ]
  # A record of an earlier version tells it in the text alone.
  sed -i '/^machine: /d; s/x0amachine: [^\\]*/x0amachine: elsewhere/' "$ROOT"/*/endpoint
  [ "$(lease_states)" = "free null null null" ]
}

@test "what cannot be read is named, the others are listed, exit 1" {
  fast host true
  local bad=$ROOT/0000000000000000000000000000000000000000000
  mkdir -m 0777 "$bad"
  chmod 0777 "$bad"
  run --separate-stderr "$LS"
  [ "$status" = 1 ]
  [ "$stderr" = "ssh-fast-ls: cannot trust $bad: other users may write or read there" ]
  [ "${#lines[@]}" = 4 ]
  [ "${lines[3]}" = "  cannot be read" ]
  run --separate-stderr "$LS" -j
  [ "$status" = 1 ]
  [ "$(jq -r '.namespaces[] | select(.trouble) | .trouble' <<<"$output")" = \
    "cannot trust $bad: other users may write or read there" ]
}

@test "a bad root, a bad option, a full disk: named" {
  run "$LS" -j -q
  [ "$(jq -c '[.root, .namespaces]' <<<"$output")" = "[\"$ROOT\",[]]" ]
  : >"$ROOT"
  run "$LS"
  [ "$status" = 1 ]
  [[ "$output" == "ssh-fast-ls: cannot trust $ROOT: "* ]]
  run "$LS" --probe=maybe
  [ "$status" = 2 ]
  [[ "$output" == *"bad value for --probe: maybe"* ]]
  run "$LS" --nonsense
  [ "$status" = 2 ]
  [[ "$output" == *nonsense* ]]
  rm "$ROOT"
  fast host true
  run bash -c "'$LS' >/dev/full"
  [ "$status" = 1 ]
  [[ "$output" == "ssh-fast-ls: cannot write the output: No space left on device" ]]
}

@test "root may look at anybody's, and other users at nobody's but their own" {
  [ "$(id -u)" = 0 ] || skip "only root can be two users"
  fast host true
  chown -R nobody "$ROOT"
  chmod 755 "$DIR"
  run "$LS"
  [ "$status" = 0 ]
  [ "${#lines[@]}" = 2 ]
  chown root "$ROOT"/*
  run "$LS"
  [ "$status" = 1 ]
  [[ "$output" == *"cannot open $ROOT/"*": Permission denied"* ]]
  chown root "$ROOT"
  run setpriv --reuid=65534 --clear-groups "$LS"
  [ "$status" = 1 ]
  [[ "$output" == *"cannot "* ]]
}
