#!/usr/bin/env bats
# The keeper: what it holds, what it survives, what happens when it does not.
# clients: ssh

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; fast host true; wait_until is_released; BEFORE=$(logins); }

@test "it holds the lock, its folders and its watch, and nothing else" {
  start_session
  # Set up when its name is set and it waits.
  wait_until sh -c "[ \$(readlink /proc/$KEEPER/cwd) = / ]"
  local targets
  targets=$(readlink "/proc/$KEEPER/fd"/* | sort -u)
  [ "$(readlink "/proc/$KEEPER/fd"/[012] | sort -u)" = /dev/null ]
  [ "$(grep -v '^/dev/null$\|^anon_inode:\|^pidfd:' <<<"$targets" | grep -vc "^$ROOT/")" = 0 ]
  [ "$(find "/proc/$KEEPER/fd" -type l | wc -l)" -le 9 ]
  end_session
}

@test "it lives in a session of its own and no signal but KILL ends it" {
  start_session
  [ "$(ps -o sid= -p "$KEEPER" | tr -d ' ')" = "$KEEPER" ]
  local signal
  for signal in HUP INT QUIT TERM USR1 ALRM PIPE TSTP TTIN VTALRM XCPU; do
    kill "-$signal" "$KEEPER"
  done
  run flock -n "$ROOT"/*/used/s* true
  [ "$status" = 1 ]
  wait_until sh -c "grep -q '^State:.S' /proc/$KEEPER/status"
  end_session
  wait_until is_released
  flock -n "$ROOT"/*/free/s* true
}

@test "killed while ssh lives: nobody else gets the master, until ssh ends" {
  start_session
  kill -KILL "$KEEPER"
  wait_until ended "$KEEPER"
  # The lock is free, and yet nobody takes it.
  flock -n "$ROOT"/*/used/s* true
  local i
  for i in 1 2 3; do
    fast host true
    wait_until one_is_used
  done
  [ "$(new_logins)" = 1 ]
  end_session
  # Now it is a leftover, and found again.
  BEFORE=$(logins)
  fast_exec host 'echo here; sleep 60' >"$BATS_TEST_TMPDIR/other" &
  local other=$!
  wait_until has_content "$BATS_TEST_TMPDIR/other"
  fast host true
  [ "$(new_logins)" = 0 ]
  kill "$other"
  wait "$other" || :
  wait_until is_released
}

@test "killed while ssh lives and released by a peer: nobody takes the lease" {
  local ns
  start_session
  kill -KILL "$KEEPER"
  wait_until ended "$KEEPER"
  # A peer that knows only the flock takes it for a leftover, and gives it back.
  ns=$(namespace)
  for name in "$ns"/used/s*; do flock -n "$name" mv "$name" "$ns/free/"; done
  rm -f "$ns/last"
  fast host true
  wait_until is_released
  [ "$(new_logins)" = 1 ]
  end_session
  BEFORE=$(logins)
  fast host true
  [ "$(new_logins)" = 0 ]
}

@test "killed before ssh has connected: the living holder alone is enough" {
  # Like ssh it closes what it inherits; it connects to nobody.
  cat >"$BATS_TEST_TMPDIR/slow" <<'EOF'
#!/bin/bash
for fd in /proc/$$/fd/*; do
  fd=${fd##*/}
  if [ "$fd" -gt 2 ]; then eval "exec $fd>&-"; fi
done
echo closed
while :; do read -rt 60 _ <> <(:); done
EOF
  chmod +x "$BATS_TEST_TMPDIR/slow"
  export SSH_FAST_NAMESPACE=slow
  fast host true
  wait_until is_released
  SSH_FAST_SSH=$BATS_TEST_TMPDIR/slow fast_exec host true >"$BATS_TEST_TMPDIR/out" &
  SSH=$!
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  wait_until has_keeper "$SSH"
  kill -KILL "$KEEPER"
  wait_until ended "$KEEPER"
  BEFORE=$(logins)
  flock -n "$ROOT"/*/used/s* true
  fast host true
  [ "$(new_logins)" = 1 ]
  kill -KILL "$SSH"
  wait "$SSH" || :
}

@test "a run killed before its exec leaves nothing that hinders the next" {
  local call
  for call in renameat2 pwrite64,pwritev2 socket connect utimensat pidfd_open clone; do
    run strace -o /dev/null -e "inject=$call:signal=KILL:when=1" "$SSH_FAST" -F "$DIR/config" host true
    [ "$status" = 137 ] || { echo "$call: $status" >&2; return 1; }
    "$SSH_FAST" --verbose -F "$DIR/config" host true 2>"$BATS_TEST_TMPDIR/told"
    wait_until is_released
    [ "$(new_logins)" = 0 ] || { echo "$call"; cat "$BATS_TEST_TMPDIR/told"; return 1; }
  done
  [ "$(free_names)" = 1 ]
}

# The keeper is there before it is known whether the master answers.
@test "killed while the master is asked: the next run uses that master" {
  local master pid
  master=$(master_pid "$(socket_of)")
  kill -STOP "$master"
  "$SSH_FAST" --client=ssh --probe-timeout=60000 -F "$DIR/config" host true 3>&- &
  pid=$!
  wait_until pgrep -P "$pid"
  kill -KILL "$pid"
  wait "$pid" || :
  wait_until is_released
  kill -CONT "$master"
  [ "$(free_names)" = 1 ]
  flock -n "$ROOT"/*/free/s* true
  fast host true
  [ "$(new_logins)" = 0 ]
}

@test "a master that is no use leaves no keeper behind, and no lock held" {
  local kind socket odd
  for kind in silent garbage; do
    export ROOT=$DIR/r-$kind SSH_FAST_ROOT=$DIR/r-$kind
    fast host true
    wait_until is_released
    socket=$(socket_of)
    timeout 5 ssh -F none -S "$socket" -O exit x 2>/dev/null
    wait_until is_gone_file "$socket"
    "$TOOLS/odd-master" $kind "$socket" >"$BATS_TEST_TMPDIR/$kind" 3>&- &
    odd=$!
    wait_until has_content "$BATS_TEST_TMPDIR/$kind"
    : >"$BATS_TEST_TMPDIR/out"
    "$SSH_FAST" --client=ssh --probe-timeout=100 -F "$DIR/config" host 'echo here; sleep 60' \
      >"$BATS_TEST_TMPDIR/out" 3>&- &
    SSH=$!
    wait_until has_content "$BATS_TEST_TMPDIR/out"
    wait_until has_keeper "$SSH"
    [ "$(pgrep -c -P "$SSH")" = 1 ]
    # One that hung has a name that peers pass over.
    name=$(basename "$socket")
    flock -n "$ROOT"/*/used/h"${name:1}" true
    end_session
    # It is a process for each that is connected.
    pkill -KILL -P "$odd" || :
    kill "$odd"
    wait "$odd" || :
  done
}

@test "without pidfd_open, as on older kernels, it watches its parent" {
  strace -f -o /dev/null -e trace=none true
  strace -o "$BATS_TEST_TMPDIR/trace" -e inject=pidfd_open:error=ENOSYS \
    "$SSH_FAST" -F "$DIR/config" host true
  wait_until is_released
  run --separate-stderr strace -o /dev/null -e inject=pidfd_open:error=ENOSYS -D \
    "$SSH_FAST" -F "$DIR/config" host 'echo fine; exit 4'
  [ "$status" = 4 ]
  [ "$output" = fine ]
  wait_until is_released
  [ "$(new_logins)" = 0 ]
}

# wait_for_slow_keeper [without]: with the hint that it left, or without.
wait_for_slow_keeper() {
  # As slow as a busy machine makes it: stopped, and woken a moment later.
  start_session
  if [ $# = 1 ]; then rm "$ROOT"/*/last; fi
  stop "$KEEPER"
  kill "$SSH"
  wait "$SSH" || :
  (while :; do
    if grep -q '^State:.T' "/proc/$KEEPER/status" 2>/dev/null; then
      sleep 0.1
      kill -CONT "$KEEPER"
      break
    fi
  done) 3>&- &
  run --separate-stderr "$SSH_FAST" --verbose -F "$DIR/config" host true
  [[ "$stderr" == *warm* ]]
  [ "$(new_logins)" = 0 ]
}

@test "a second run waits for a keeper that is slow, not for one in use" {
  wait_for_slow_keeper
}

@test "the same without a hint" {
  wait_for_slow_keeper without
}

@test "a wrapper script dies before its ssh: the lease lasts as long as ssh" {
  printf '#!/bin/sh\n/usr/bin/ssh "$@"\nexit $?\n' >"$BATS_TEST_TMPDIR/wrapper"
  chmod +x "$BATS_TEST_TMPDIR/wrapper"
  export SSH_FAST_NAMESPACE=wrapper SSH_FAST_SSH=$BATS_TEST_TMPDIR/wrapper
  fast host true
  wait_until is_released
  fast_exec host 'echo $PPID; sleep 60' >"$BATS_TEST_TMPDIR/out" &
  local script=$! first child
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  first=$(cat "$BATS_TEST_TMPDIR/out")
  child=$(pgrep -P "$script" -x ssh)
  kill -KILL "$script"
  wait "$script" || :
  [ "$(fast host 'echo $PPID')" != "$first" ]
  kill "$child"
  wait_until is_released
}

@test "a script that leaves its ssh behind before that has connected" {
  # -G and the foreground as they are; else ssh goes on without the script.
  cat >"$BATS_TEST_TMPDIR/wrapper" <<'EOF'
#!/bin/bash
if [ "$1" = -G ] || [ -n "$FOREGROUND" ]; then exec /usr/bin/ssh "$@"; fi
(sleep 0.3; exec /usr/bin/ssh "$@") </dev/null >>"$LEFT" 2>&1 &
exit 0
EOF
  chmod +x "$BATS_TEST_TMPDIR/wrapper"
  export SSH_FAST_NAMESPACE=wrapper SSH_FAST_SSH=$BATS_TEST_TMPDIR/wrapper LEFT=$BATS_TEST_TMPDIR/left
  FOREGROUND=1 fast host true 3>&-
  wait_until is_released
  local i
  for i in 1 2 3; do fast host "echo \$PPID; sleep 1$i" 3>&-; done
  wait_until sh -c "[ \$(wc -l <$LEFT) = 3 ]"
  # Three sessions over three masters; and nobody waits for them meanwhile.
  [ "$(sort -u "$LEFT" | wc -l)" = 3 ]
  run --separate-stderr env FOREGROUND=1 "$SSH_FAST" --verbose -F "$DIR/config" host true 3>&-
  [[ "$stderr" == *"cold"* ]]
  [[ ! "$stderr" =~ waited\ [0-9]{3} ]]
  pkill -f "[/]c/s.*host echo .PPID; sleep 1[123]"
  wait_until is_released
}

@test "script and keeper both killed: the ssh that is left keeps its master" {
  printf '#!/bin/sh\n/usr/bin/ssh "$@"\nexit $?\n' >"$BATS_TEST_TMPDIR/wrapper"
  chmod +x "$BATS_TEST_TMPDIR/wrapper"
  export SSH_FAST_NAMESPACE=wrapper SSH_FAST_SSH=$BATS_TEST_TMPDIR/wrapper
  fast_exec host 'echo $PPID; sleep 60' >"$BATS_TEST_TMPDIR/out" &
  local script=$! first child keeper
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  first=$(cat "$BATS_TEST_TMPDIR/out")
  child=$(pgrep -P "$script" -x ssh)
  wait_until has_keeper "$script"
  keeper=$KEEPER
  kill -KILL "$keeper" "$script"
  wait "$script" || :
  wait_until ended "$keeper"
  [ "$(fast host 'echo $PPID')" != "$first" ]
  kill "$child"
  wait_until ended "$child"
}

@test "a wrapper that leaves something behind with the lock delays nobody" {
  printf '#!/bin/sh\nsleep 60 </dev/null >/dev/null 2>&1 &\necho $! >>%s\nexec /usr/bin/ssh "$@"\n' "$BATS_TEST_TMPDIR/left" >"$BATS_TEST_TMPDIR/wrapper"
  chmod +x "$BATS_TEST_TMPDIR/wrapper"
  export SSH_FAST_NAMESPACE=wrapper SSH_FAST_SSH=$BATS_TEST_TMPDIR/wrapper
  fast host 'true' 3>&-
  wait_until is_released
  run --separate-stderr "$SSH_FAST" --verbose -F "$DIR/config" host true 3>&-
  [[ "$stderr" == *warm* ]]
  wait_until is_released
  kill $(cat "$BATS_TEST_TMPDIR/left")
}

@test "with a wrapper that execs itself, and one without a first line" {
  printf 'exec /usr/bin/ssh "$@"\n' >"$BATS_TEST_TMPDIR/wrapper"
  chmod +x "$BATS_TEST_TMPDIR/wrapper"
  export SSH_FAST_SSH=$BATS_TEST_TMPDIR/wrapper
  [ "$(fast host 'echo fine')" = fine ]
  [ "$(fast host 'echo fine')" = fine ]
  [ "$(new_logins)" = 1 ]
}
