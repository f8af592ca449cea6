#!/usr/bin/env bats
# Want of descriptors, processes, space or memory, cold and beside masters that
# live: the run is plain then, nobody logs in for nothing, and no master is
# added to those that could not be asked.
# clients: ssh native auto

load ../lib/helper

# bats file_tags=unsanitized

setup_file() { make_dir; start_sshd; }
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  BEFORE=$(logins)
}
masters() { find "$ROOT" -path '*/c/s*' | wc -l; }

@test "few descriptors beside a master: as plain ssh, and no further master" {
  fast host true
  local count
  for count in 5 6 7 8 9 10 11 12 13 14; do
    run bash -c "ulimit -n $count; exec ssh -F '$DIR/config' host 'echo ran' 2>&1 </dev/null"
    printf '%s\n' "$status" "$output" >"$T/plain"
    run bash -c "ulimit -n $count; exec '$SSH_FAST' -F '$DIR/config' host 'echo ran' 2>&1 </dev/null"
    # With a master ssh needs fewer.
    printf '%s\n' "$status" "$output" | diff "$T/plain" - || [ "$output" = ran ]
  done
  [ "$(masters)" = 1 ]
  run --separate-stderr bash -c "ulimit -n 9; exec '$SSH_FAST' --strict -F '$DIR/config' host true"
  [ "$status" = 255 ] && [[ "$stderr" == "ssh-fast: cannot "*": "* ]]
}

@test "few descriptors and no master: one login a run, and it is used" {
  local count
  for count in 8 9 10 11 12 13 14 16 20; do
    rm -rf "$ROOT"
    run bash -c "ulimit -n $count; exec '$SSH_FAST' -F '$DIR/config' host 'echo ran' 2>&1 </dev/null"
    [ "$output" = ran ]
    [ "$(masters)" -le 1 ]
    [ ! -S "$(socket_of)" ] || ssh -F none -S "$(socket_of)" -O exit x 2>/dev/null
  done
  [ "$(new_logins)" = 9 ]
}

# want CALL:ERROR:WHEN: the call fails in our own process; then a run is cold.
want() {
  rm -rf "$ROOT"
  BEFORE=$(logins)
  # The namespace is there, with its record.
  fast host true
  ssh -F none -S "$(socket_of)" -O exit x 2>/dev/null
  run --separate-stderr strace -o "$T/trace" -e "inject=${1%%:*}:error=$(cut -d: -f2 <<<"$1"):when=${1##*:}" \
    "$SSH_FAST" -F "$DIR/config" host 'echo ran' </dev/null
  grep -q INJECTED "$T/trace"
  [ "$output$stderr" = ran ]
  [ "$(new_logins)" = 2 ]
}

@test "no process can be had for the login: plain ssh, before any login" {
  want 'fork,clone:EAGAIN:1'
  [ "$(masters)" = 0 ]
  want 'fork,clone:EAGAIN:2'
  [ "$(masters)" = 0 ]
}

@test "no socket can be made: plain, before anybody has logged in" {
  want 'bind:ENOSPC:1'
  want 'bind:EDQUOT:1'
  want 'link,linkat:ENOSPC:1'
  [ "$(masters)" = 0 ]
}

@test "a file system without an inode left" {
  if [ "$(id -u)" != 0 ]; then skip "only root may mount"; fi
  mkdir "$T/small"
  mount -t tmpfs -o nr_inodes=40,mode=700 none "$T/small"
  export SSH_FAST_ROOT=$T/small/r
  ROOT=$T/small/r
  fast host true
  ssh -F none -S "$(socket_of)" -O exit x 2>/dev/null
  local i=0
  while { : >"$T/small/f$((i += 1))"; } 2>/dev/null; do :; done
  run --separate-stderr fast host 'echo ran' </dev/null
  rm "$T/small"/f*
  umount "$T/small"
  [ "$output$stderr" = ran ]
  [ "$(new_logins)" = 2 ]
}

@test "a user who may have no more processes" {
  if [ "$(id -u)" != 0 ]; then skip "root plays a user without any process"; fi
  # The clients' runs of this file stand side by side: one user, one of them.
  if [ "$CLIENT" != ssh ]; then skip "it is tried with all clients at once"; fi
  local count program=$T/ssh-fast key=$T/key
  local as=(setpriv --reuid uucp --regid uucp --clear-groups env "HOME=$T")
  chmod 755 "$SUITE" "$DIR" "$BATS_RUN_TMPDIR" "${T%/*}" "$T"
  install -m 755 "$SSH_FAST" "$program"
  install -m 600 -o uucp "$DIR/id" "$key"
  sed "s,$DIR/id\$,$key,; s,$DIR/known_hosts,$T/known," "$DIR/config" >"$T/config"
  mkdir -m 700 "$T/r"
  chown uucp "$T/r" "$T"
  local client
  for client in ssh native auto; do for count in 1 2 3 4 5; do
    BEFORE=$(logins)
    run --separate-stderr "${as[@]}" bash -c "ulimit -u $count; SSH_FAST_CLIENT=$client SSH_FAST_ROOT=$T/r SSH_FAST_SSH=/usr/bin/ssh exec '$program' -F '$T/config' '$(id -un)@host' 'echo ran' </dev/null"
    [ "$output$stderr" = ran ] || {
      echo "$count: $output $stderr" >&2
      ps -u uucp >&2
      return 1
    }
    [ "$(new_logins)" = 1 ]
    # The next one finds nobody.
    find "$T/r" -type s -exec "${as[@]}" ssh -F none -S '{}' -O exit x \; 2>/dev/null
    wait_until sh -c '[ -z "$(pgrep -u uucp)" ]'
    rm -rf "$T/r"/*
  done; done
}
