#!/usr/bin/env bats
# --reuse-only: over a master that lives, or not at all.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() {
  new_root
  BEFORE=$(logins)
  export SSH_FAST_REUSE_ONLY=1
}
# fails REASON ARGUMENT...: with 255, and one line that says why.
fails() {
  local reason=$1
  shift
  run -255 fast "$@" </dev/null
  [ "$output" = "ssh-fast: cannot reuse a master of host: $reason (--reuse-only)" ]
}

@test "it runs over a free master, and fails where there is none" {
  fails 'no master is free' host true
  [ "$(used_names)" = 0 ]
  [ "$(free_names)" = 0 ]
  SSH_FAST_REUSE_ONLY=0 fast host true </dev/null
  [ "$(fast host 'echo over it' </dev/null)" = 'over it' ]
  SSH_FAST_CLIENT=ssh fast host true </dev/null >/dev/null 2>&1
  [ "$(new_logins)" = 1 ]
}

@test "a master that is leased, stopped or dead is none" {
  SSH_FAST_REUSE_ONLY=0 fast host true </dev/null
  wait_until is_released
  fast_exec host 'read line' <&"$SILENCE" >/dev/null &
  local session=$! master
  wait_until one_is_used
  fails 'no master is free' host true
  kill "$session" && wait "$session" || :
  wait_until is_let_go
  master=$(master_pid "$(socket_of)")
  stop "$master"
  SSH_FAST_PROBE_TIMEOUT=100 fails 'no master is free' host true
  kill -CONT "$master"
  kill -KILL "$master"
  wait_until ended "$master"
  fails 'no master is free' host true
  [ "$(new_logins)" = 1 ]
}

@test "what would be plain fails, but for what logs nobody in" {
  fails '-L over a shared master outlives its session' -L 0:localhost:1 host true
  SSH_FAST_ROOT=/proc/nowhere run -255 fast host true </dev/null
  [ "${#lines[@]}" = 1 ]
  [[ "$output" == 'ssh-fast: cannot '* ]]
  fast -G host | grep -q '^hostname 127'
  run fast -V
  [ "$status" = 0 ]
  run -255 fast
  [[ "$output" == usage:* ]]
  SSH_FAST_DISABLE=1 fast host true </dev/null
  [ "$(new_logins)" = 1 ]
}

@test "a master that dies under the way of ssh's client is no login either" {
  SSH_FAST_REUSE_ONLY=0 fast host true </dev/null
  wait_until is_released
  local master
  master=$(master_pid "$(socket_of)")
  kill -KILL "$master"
  wait_until ended "$master"
  # The socket is trusted, so the exec comes first.
  SSH_FAST_PROBE=none SSH_FAST_CLIENT=ssh run -255 fast host true </dev/null
  [ "$(new_logins)" = 1 ]
}

@test "--explain says so" {
  [ "$(decision_of -F "$DIR/config" host)" = 'fail, no master is free, and --reuse-only forbids a login' ]
  [ "$(decision_of -F "$DIR/config" -N host)" = \
    'fail, -N over a shared master would run the login shell, and --reuse-only forbids a login' ]
  SSH_FAST_REUSE_ONLY=0 fast host true </dev/null
  wait_until is_released
  [ "$(decision_of -F "$DIR/config" host)" = 'lease, warm: there is a free master to ask' ]
}
