#!/usr/bin/env bash
# Measures ssh-fast beside what people would use instead, in one run, on a
# throwaway sshd: each round runs every command once, in turn.
#
#   ROUNDS=100   how many rounds
#   BENCH=FILE   the table as TSV as well
set -eu
BATS_TEST_DIRNAME=$(cd "$(dirname "$0")/.." && pwd)
bats_require_minimum_version() { :; }
# shellcheck source=test/setup_suite.bash
. "$BATS_TEST_DIRNAME/setup_suite.bash"
# shellcheck source=test/helper.bash
. "$BATS_TEST_DIRNAME/helper.bash"

BATS_LIBEXEC=
setup_suite
trap 'stop_sshd; teardown_suite' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
make_dir
start_sshd 'MaxSessions 10'
export SSH_FAST_ROOT=$DIR/r SSH_FAST_PERSIST=600
rounds=${ROUNDS:-100}
config=(-F "$DIR/config" host true)
# An ordinary master of ssh's own, and one leased master for each way to probe.
ssh -oControlMaster=auto -oControlPersist=600 -S "$DIR/own" "${config[@]}"
"$SSH_FAST" "${config[@]}"

echo "ssh HOST true over loopback, median of $rounds rounds, ratio to ssh's own warm client:"
{
  "$TOOLS/pairs" "$rounds" \
    "ssh, its own ControlMaster, warm" ssh -S "$DIR/own" "${config[@]}" -- \
    "ssh-fast, warm" "$SSH_FAST" "${config[@]}" -- \
    "ssh-fast --probe=none, warm" "$SSH_FAST" --probe=none "${config[@]}" -- \
    "ssh-fast --probe=ssh, warm" "$SSH_FAST" --probe=ssh "${config[@]}" -- \
    "ssh, plain" ssh "${config[@]}"
} >"$DIR/table"
if [ -n "${BENCH:-}" ]; then
  { printf 'command\tmedian_ms\tp90_ms\tratio\n'; cat "$DIR/table"; } >"$BENCH"
fi
awk -F '\t' 'BEGIN {printf "  %-36s %10s %10s %8s\n", "command", "median ms", "p90 ms", "ratio"}
  {printf "  %-36s %10.2f %10.2f %8.3f\n", $1, $2, $3, $4}' "$DIR/table"

# milliseconds COMMAND...: of one run.
milliseconds() {
  local began
  began=$(date +%s%N)
  "$@" </dev/null >/dev/null
  echo $((($(date +%s%N) - began) / 1000000))
}
at_once() {
  local i pids=()
  for ((i = 0; i < 30; i++)); do
    "$SSH_FAST" -F "$DIR/config" host "$1" </dev/null &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i"; done
}
export SSH_FAST_ROOT=$DIR/r30
before=$(logins)
at_once 'sleep 4'
pool=$(($(logins) - before))
echo
echo "  30 sessions of 'sleep 1' at once on a warm pool of $pool: $(milliseconds at_once 'sleep 1') ms, $(($(logins) - before - pool)) new logins"
export SSH_FAST_ROOT=$DIR/rs
cold=$(milliseconds "$SSH_FAST" "${config[@]}")
master=$(master_pid "$DIR"/rs/*/c/s*)
kill -STOP "$master"
echo "  its master stopped, --probe-timeout=500: $(milliseconds "$SSH_FAST" "${config[@]}") ms (a cold start alone: $cold ms)"
kill -CONT "$master"
export SSH_FAST_ROOT=$DIR/r

strace -f -o "$DIR/trace" "$SSH_FAST" "${config[@]}"
awk 'NR == 1 {pid = $1} $1 == pid {if (/execve\(/ && seen++) exit; if (!/resumed>/) count++}
  END {printf "\n  system calls of ssh-fast before it execs ssh: %d\n", count}' "$DIR/trace"
