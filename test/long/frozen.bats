#!/usr/bin/env bats
# Many at once on one pool, whose servers are frozen and thawed at random: no
# command runs twice, and none is lost without a message.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd 'MaxStartups 1000'
}
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  export T
}

# The server's processes of all connections.
server_side() {
  local listener sessions
  listener=$(cat "$DIR/sshd.pid")
  sessions=$(pgrep -P "$listener") || return 0
  echo "$sessions" "$(pgrep -P "${sessions//$'\n'/,}" -f sshd || :)"
}

# worker NUMBER: one command after the other, each with a name of its own, and
# what became of it: "NAME STATUS BYTES", where BYTES are those of the message.
worker() {
  local clients=(native ssh auto) i=0 name status
  while [ ! -e "$T/over" ]; do
    i=$((i + 1))
    name=w$1.$i
    status=0
    SSH_FAST_CLIENT=${clients[$(((i + $1) % 3))]} "$SSH_FAST" --answer-timeout=1 --trust="$((i % 2 * 30))" \
      -F "$DIR/config" -o LogLevel=INFO host "echo $name >>$T/ran; exit 7" \
      </dev/null >/dev/null 2>"$T/err.$1" || status=$?
    echo "$name $status $(wc -c <"$T/err.$1")" >>"$T/ended.$1"
  done
}

# Freezes what there is, each time for another while, longer than a server may
# take to answer or shorter.
weather() {
  local pids end=$((SECONDS + $1))
  while [ "$SECONDS" -lt "$end" ]; do
    read -rt "0.$((RANDOM % 4 + 1))" -u "$SILENCE" || :
    pids=$(server_side)
    # shellcheck disable=SC2086 # a list
    [ -z "$pids" ] || kill -STOP $pids 2>/dev/null || :
    read -rt "$((RANDOM % 2)).$((RANDOM % 9 + 1))" -u "$SILENCE" || :
    # shellcheck disable=SC2086 # a list
    [ -z "$pids" ] || kill -CONT $pids 2>/dev/null || :
  done
}

@test "a storm over frozen servers: no command twice, none lost in silence" {
  local workers=${STORM_WORKERS:-6} secs=${STORM_SECS:-8} i pids=() name status bytes count lost=0
  : >"$T/ran"
  for ((i = 0; i < workers; i++)); do
    worker "$i" 3>&- &
    pids+=($!)
  done
  weather "$secs"
  : >"$T/over"
  for i in "${pids[@]}"; do wait "$i"; done
  # A connection that answers is behind all that the old ones had to do.
  fast host true
  read -rt 0.5 -u "$SILENCE" || :
  sort "$T/ran" | uniq -d >"$T/twice"
  [ ! -s "$T/twice" ]
  cat "$T"/ended.* >"$T/ended"
  while read -r name status bytes; do
    count=$(grep -cx "$name" "$T/ran" || :)
    case $status in
    7) [ "$count" = 1 ] ;;
    255)
      lost=$((lost + 1))
      [ "$bytes" -gt 0 ]
      ;;
    *) return 1 ;;
    esac
  done <"$T/ended"
  echo "# $workers workers, $secs s: $(wc -l <"$T/ended") commands, $lost of them told as lost, $(logins) logins" >&3
  # However slow the machine is.
  [ "$(wc -l <"$T/ended")" -ge "$workers" ]
}
