#!/usr/bin/env bats
# Servers that open fewer sessions over a connection than there are slots, or
# none at all: what the user sees of it, and what is remembered.

load ../lib/helper

setup_file() { make_dir; start_sshd "MaxSessions 2"; }
teardown() { [ -z "${SERVER:-}" ] || { kill "$SERVER" && wait "$SERVER" || :; }; }
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  BEFORE=$(logins)
}
refusals() { grep -c 'no more sessions' "$DIR/sshd.log" || :; }
noted() { sed -n 's/^sessions: \([0-9]*\) until .*/\1/p' "$ROOT"/*/endpoint; }
# together COUNT COMMAND: all at once. Nothing but their output may be seen.
together() {
  local i pids=() failed=0
  for ((i = 0; i < $1; i++)); do
    fast_exec host "$2" </dev/null >>"$T/out" 2>>"$T/err" &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i" || failed=$((failed + 1)); done
  [ "$failed" = 0 ]
}

@test "a server with fewer sessions than slots: no error, one refusal" {
  export SSH_FAST_SLOTS=8
  local count before
  count=$(times 40 12)
  : >"$T/out"
  : >"$T/err"
  together "$count" 'echo fine; sleep 0.5'
  [ "$(grep -c '^fine$' "$T/out")" = "$count" ]
  [ ! -s "$T/err" ]
  [ "$(refusals)" -gt 0 ]
  [ "$(noted)" = 2 ]
  before=$(refusals)
  together "$count" 'echo fine; sleep 0.5'
  [ "$(grep -c '^fine$' "$T/out")" = $((2 * count)) ]
  [ ! -s "$T/err" ]
  [ "$(refusals)" = "$before" ]
}

@test "a server that opens no session is remembered for a day, and shown" {
  sed 's/^MaxSessions.*/MaxSessions 0/' "$DIR/sshd_config" >"$DIR/none_config"
  local port root=$ROOT
  port=$("$TOOLS/free-port")
  sed -i "s/^Port .*/Port $port/; s|^PidFile.*|PidFile $DIR/none.pid|" "$DIR/none_config"
  /usr/sbin/sshd -D -e -f "$DIR/none_config" 2>"$DIR/none.log" </dev/null 3>&- &
  SERVER=$!
  wait_until has_content "$DIR/none.pid"
  run -255 fast -p "$port" host true </dev/null
  [ "$(noted)" = 0 ]
  [ "$(decision_of -F "$DIR/config" -p "$port" host)" = \
    'plain ssh, the server opens no session over a shared connection' ]
  ls_json | jq -e '.namespaces[0].policy == "plain"'
  # Plain from then on: no master is tried.
  run -255 fast -p "$port" host true </dev/null
  [ "$(grep -c '^Accepted [a-z/-]* for ' "$DIR/none.log")" = 3 ]
  # A day later it is tried again.
  sed -i 's/^sessions: .*/sessions: 0 until 1000000000/' "$root"/*/endpoint
  [[ "$(decision_of -F "$DIR/config" -p "$port" host)" == lease,* ]]
}
