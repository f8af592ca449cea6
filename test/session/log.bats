#!/usr/bin/env bats
# --log: a line for each run, whole whoever else writes there, and no trouble
# of the run where it cannot be written.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
teardown_file() { stop_sshd; }
setup() {
  new_root
  OUT=$BATS_TEST_TMPDIR
  export SSH_FAST_LOG=$OUT/log
}

# line NUMBER REGEX: that line of the log, without its time and pid.
line() { sed -n "$1s/^[0-9]\{4\}-[0-9-]*T[0-9:.]*Z pid=[0-9]* //p" "$OUT/log" | grep -qE "^$2\$"; }

@test "cold, warm, plain and failed runs, with reason, milliseconds and status" {
  local ns
  export SSH_FAST_CLIENT=native
  fast host true
  run -7 fast host 'exit 7'
  SSH_FAST_CLIENT=ssh fast host true
  fast -V 2>"$OUT/version"
  run -255 "$SSH_FAST" -F none -p 1 -o ConnectTimeout=2 127.0.0.1 true
  ns=$(basename "$(folder_of -F "$DIR/config" host)")
  line 1 "start=cold endpoint=host namespace=$ns lease=s[^ ]{11} ms=[0-9.]+ status=0"
  line 2 "start=warm endpoint=host namespace=$ns lease=s[^ ]{11} ms=[0-9.]+ status=7"
  # What becomes the real ssh does not see its end.
  line 3 "start=warm endpoint=host namespace=$ns lease=s[^ ]{11} ms=[0-9.]+"
  line 4 'start=plain reason="-V only prints"'
  line 5 'start=none endpoint=127.0.0.1 namespace=[^ ]+ lease=[^ ]+ status=255'
  [ "$(wc -l <"$OUT/log")" = 5 ]
  [ "$(stat -c %a "$OUT/log")" = 600 ]
}

@test "what is typed cannot look like another line or another field" {
  "$SSH_FAST" -F none -p 1 $'no\nsuch "host" status=0' true 2>/dev/null || :
  [ "$(wc -l <"$OUT/log")" = 1 ]
  grep -qF 'endpoint="no\x0asuch \x22host\x22 status=0"' "$OUT/log"
}

@test "many writers, while the log is moved: no line is lost or cut" {
  local i pids=() n
  n=$(times 60 16)
  fast host true
  for ((i = 0; i < n; i++)); do
    fast host true 3>&- &
    pids+=($!)
    if [ $((i % 5)) = 4 ]; then mv "$OUT/log" "$OUT/log.$i" 2>/dev/null || :; fi
  done
  for i in "${pids[@]}"; do wait "$i"; done
  cat "$OUT"/log* >"$OUT/all"
  [ "$(wc -l <"$OUT/all")" = $((n + 1)) ]
  [ "$(grep -cE '^[0-9T:.-]+Z pid=[0-9]+ start=(warm|cold) .* status=0$' "$OUT/all")" = $((n + 1)) ] ||
    [ "$(grep -cE '^[0-9T:.-]+Z pid=[0-9]+ start=(warm|cold) .* ms=[0-9.]+( status=0)?$' "$OUT/all")" = $((n + 1)) ]
}

@test "a log that cannot be written: only --verbose tells, the run goes on" {
  local log
  mkdir "$OUT/folder"
  mkfifo "$OUT/fifo"
  for log in "$OUT/none/log" "$OUT/folder" "$OUT/fifo" /dev/full; do
    export SSH_FAST_LOG=$log
    run -0 --separate-stderr fast host echo fine
    [ "$output" = fine ]
    [ "$stderr" = "" ]
    SSH_FAST_VERBOSE=1 fast host true 2>"$OUT/said"
    grep -q "^ssh-fast: cannot write the log $log: " "$OUT/said"
  done
}

@test "syslog gets the same line" {
  needs_mounts
  [ "$(id -u)" = 0 ] || skip "only root can put a log in the place of the system's"
  mkdir "$OUT/old"
  # shellcheck disable=SC2016 # the inner shell's
  SSH_FAST_LOG=syslog SSH_FAST_NAMESPACE=x unshare --mount --propagation private bash -c '
    out=$1; shift
    mount --rbind /dev "$out/old" && mount -t tmpfs tmpfs /dev
    for name in null zero random urandom tty full; do : >/dev/$name; mount --bind "$out/old/$name" /dev/$name; done
    python3 -c "import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(\"/dev/log\")
s.settimeout(20)
open(sys.argv[1] + \"/up\", \"w\").close()
print(s.recv(4096).decode())" "$out" >"$out/syslog" &
    until [ -e "$out/up" ]; do read -rt 0.01 <> <(:); done
    "$@" && wait' - "$OUT" "$SSH_FAST" -F "$DIR/config" host true
  grep -qE '^<14>ssh-fast\[[0-9]+\]: pid=[0-9]+ start=cold endpoint=host .* ms=[0-9.]+' "$OUT/syslog"
}

@test "SSH_FAST_DISABLE works with any value, whatever else is wrong" {
  local value
  unset SSH_FAST_LOG
  for value in 1 yes true 2; do
    run -0 env SSH_FAST_DISABLE=$value SSH_FAST_PROBE=nonsense SSH_FAST_TOUCH=x \
      "$SSH_FAST" --nonsense --persist=never -F "$DIR/config" host echo fine
    [ "$output" = fine ]
  done
  [ ! -e "$ROOT" ]
  for value in 0 ''; do
    run -255 env SSH_FAST_DISABLE=$value SSH_FAST_PROBE=nonsense "$SSH_FAST" -F "$DIR/config" host true
  done
  # Which ssh is meant still counts.
  run -0 env SSH_FAST_DISABLE=on "$SSH_FAST" --ssh=/bin/echo host cmd
  [ "$output" = "host cmd" ]
}
