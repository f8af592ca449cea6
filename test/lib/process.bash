# Processes: waiting for what they do, and ending them.

# A pipe that says nothing, to wait at: sleep(1) would be a process each time.
exec {SILENCE}<> <(:)

# wait_until COMMAND...: until it succeeds, ten seconds at most.
wait_until() {
  local tries=0
  until "$@" 2>/dev/null; do
    if [ $((tries += 1)) -gt 1000 ]; then
      echo "waited in vain for: $*" >&2
      return 1
    fi
    read -rt 0.01 -u "$SILENCE" || :
  done
}

has_content() { [ -s "$1" ]; }
is_gone() { [ ! -e "/proc/$1" ]; }
ended() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }
milliseconds() { echo $(($(date +%s%N) / 1000000)); }
# A time is asked for by its class, since any machine may be busy: what waits
# for somebody takes longer than this, and what does not is done long before.
began_now() { BEGAN=$(milliseconds); }
was_at_once() { [ $(($(milliseconds) - BEGAN)) -lt 15000 ]; }

is_stopped() { grep -q '^State:.T' "/proc/$1/status"; }
# stop PID...: the signal alone is no stop yet.
stop() {
  local pid
  kill -STOP "$@"
  for pid; do wait_until is_stopped "$pid"; done
}


# processes_of TEXT: the processes that have this text, the path of a folder of
# the tests, among their words or in the environment that they began with; the
# caller and those above it do not count.
processes_of() {
  local own=" " up=$BASHPID found path pid
  # An empty text would mean everybody.
  [ "${#1}" -ge 8 ] || return 0
  while [ "$up" -gt 1 ]; do
    own+="$up "
    read -r _ _ _ up _ <"/proc/$up/stat" || break
  done
  found=$(grep -lsaF -e "$1" /proc/[0-9]*/cmdline /proc/[0-9]*/environ)
  for path in $found; do
    pid=${path#/proc/}
    pid=${pid%/*}
    if [[ "$own" == *" $pid "* ]]; then continue; fi
    own+="$pid "
    if ! ended "$pid"; then echo "$pid"; fi
  done
}
has_none_of() { [ -z "$(processes_of "$1")" ]; }
# Waits for their end, ten seconds and more.
await_end_of() {
  local tries
  for tries in {1..200}; do
    if has_none_of "$1"; then return; fi
    read -rt 0.05 -u "$SILENCE" || :
  done
  return "$tries"
}
# What they are.
show_processes_of() {
  local pids
  pids=$(processes_of "$1")
  [ -z "$pids" ] || ps -o pid=,args= -p "${pids//$'\n'/,}"
}
# Ends all of them, also those that are stopped or ignore signals.
end_processes_of() {
  local pids tries
  for tries in {1..500}; do
    pids=$(processes_of "$1")
    [ -n "$pids" ] || return 0
    # shellcheck disable=SC2086 # words
    kill -KILL $pids 2>/dev/null || :
    read -rt 0.02 -u "$SILENCE" || :
  done
  return "$tries"
}
