#!/usr/bin/env bats
# The admin's programs on what another user has prepared for them.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; T=$BATS_TEST_TMPDIR; ATTACKER=; }
teardown() {
  [ -z "$ATTACKER" ] || { kill -KILL "$ATTACKER"; wait "$ATTACKER" || :; }
}

# other_user: an account that the machine has, with a group of its own.
other_user() { getent passwd games | cut -d: -f1,3,4; }

@test "root looks at a user's root with that user's own group alone" {
  need_root
  local name uid gid program
  IFS=: read -r name uid gid < <(other_user)
  "$TOOLS/many-namespaces" "$ROOT" 1 0
  # A set-group-id parent gives the folder a group that its owner is not in.
  chown -R "$uid:shadow" "$ROOT"
  for program in ssh-fast-ls ssh-fast-gc; do
    run strace -f -e trace=setgroups,setresgid,setregid,setresuid,setreuid \
      "$BUILD/$program" --root="$ROOT"
    [[ "$output" == *"setgroups(0, "* ]]
    [[ "$output" =~ setresgid\(-1,\ $gid,|setregid\(-1,\ $gid\) ]]
    [[ "$output" =~ setresuid\(-1,\ $uid,|setreuid\(-1,\ $uid\) ]]
  done
}

@test "root's look at a root of a user in no database: no group of anybody's" {
  need_root
  "$TOOLS/many-namespaces" "$ROOT" 1 0
  chown -R 54321:shadow "$ROOT"
  run strace -f -e trace=setresgid,setregid "$BUILD/ssh-fast-ls" --root="$ROOT"
  [[ "$output" =~ setresgid\(-1,\ 65534,|setregid\(-1,\ 65534\) ]]
}

@test "a master that answers nonsense is unknown, in words" {
  fast host true
  wait_until is_released
  local socket kind pid
  socket=$(socket_of)
  ssh -F none -S "$socket" -O exit x 2>/dev/null
  wait_until test ! -e "$socket"
  for kind in garbage huge version closes; do
    "$TOOLS/odd-master" "$kind" "$socket" >"$T/$kind" 3>&- &
    pid=$!
    wait_until has_content "$T/$kind"
    for probe in native e2e none; do
      run "$BUILD/ssh-fast-ls" -l --probe="$probe"
      [ "$status" = 0 ]
      [[ "$output" != *null* ]]
      run "$BUILD/ssh-fast-ls" -j --probe="$probe"
      jq -e . <<<"$output" >/dev/null
    done
    kill "$pid"
    wait "$pid" || :
    rm -f "$socket"
  done
}

@test "completion offers no endpoint that a shell would run or expand" {
  "$TOOLS/many-namespaces" "$T/root" 1 0
  local record shell odd user
  record=$(echo "$T"/root/*/endpoint)
  for odd in '$(touch${IFS}x)' '`touch${IFS}x`' 'a;touch${IFS}x;' "a'b" 'a*b' '~root' '$HOME'; do
    rm -f "$T/line"
    user=$odd awk '/^user: / {print "user: " ENVIRON["user"]; next} {print}' "$record" >"$T/record"
    cp "$T/record" "$record"
    for shell in bash zsh; do
      (
        cd "$T"
        XDG_DATA_DIRS=$T/share COMPLETE_SHARE=$TOP COMPLETE_DIR=$T PATH=$BUILD:$PATH \
          HOME=$T "$TOP/test/repository/complete.exp" "$shell" "ssh-fast-gc --root=$T/root " >"$T/$shell" || :
      )
      # Run by the shell as it stands, the line passes words, not commands.
      [[ "$(cat "$T/$shell")" != *"$odd"* ]]
    done
    [ ! -e "$T/x" ]
  done
}

@test "another user's process under a master's title is not taken for it" {
  need_root
  fast host true
  wait_until is_released
  local socket master
  socket=$(socket_of)
  master=$(master_pid "$socket")
  setpriv --reuid=65534 --clear-groups perl -e \
    '$0 = $ARGV[0]; $| = 1; print "on\n"; kill STOP => $$; sleep 60' "ssh: $socket [mux]" >"$T/out" 3>&- &
  ATTACKER=$!
  wait_until has_content "$T/out"
  [ "$(lease_states)" = "free null alive $master" ]
  ssh -F none -S "$socket" -O exit x 2>/dev/null
  wait_until ended "$master"
  [[ "$(lease_states)" != *"$ATTACKER"* ]]
}

# hang_masters NAMESPACE COUNT: so many free leases in it whose masters take
# connections and never answer.
hang_masters() {
  python3 - "$@" >"$T/hung" 3>&- <<'END' &
import os, signal, socket, sys
os.chdir(sys.argv[1])
kept = []
for number in range(int(sys.argv[2])):
    name = "s%011d" % number
    os.close(os.open("free/" + name, os.O_CREAT | os.O_WRONLY, 0o600))
    listening = socket.socket(socket.AF_UNIX)
    listening.bind("c/" + name)
    listening.listen()
    kept.append(listening)
print("listening", flush=True)
signal.pause()
END
  ATTACKER=$!
  wait_until has_content "$T/hung"
}

@test "gc --exit-idle: 300 masters that hang do not hold it up one by one" {
  fast host true
  wait_until is_released
  hang_masters "$(namespace)" 300
  # One by one they would take 150 seconds.
  run timeout 20 "$BUILD/ssh-fast-gc" --exit-idle -v
  [ "$status" = 1 ]
  [ "$(grep -c 'cannot stop the master of ' <<<"$output")" = 300 ]
  # The one that answers is stopped among them.
  [ "$(grep -c '^stopped the master of ' <<<"$output")" = 1 ]
}
