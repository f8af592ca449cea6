#!/usr/bin/env bats
# What a start costs, counted: page faults, which do not depend on how busy the
# machine is.

load ../lib/helper

# bats file_tags=unsanitized

setup_file() { make_dir; start_sshd; }
setup() { new_root; }

# faults COMMAND...: the median of 15 runs, each without the keeper of another.
faults() {
  local i
  for ((i = 0; i < 15; i++)); do
    # The size of the caller's environment moves the stack.
    env -i PATH=/usr/bin:/bin HOME="$DIR" SSH_FAST_ROOT="$ROOT" \
      ${SSH_FAST_SSH:+SSH_FAST_SSH="$SSH_FAST_SSH"} "$TOOLS/faults" "$@"
    if [ -e "$ROOT" ]; then wait_until is_released; fi
  done | sort -n | sed -n 8p
}

# more_faults LIMIT ARGUMENT...: how many more ssh-fast takes, where the real
# ssh is /bin/true, than /bin/true itself. The kernel may drop pages meanwhile:
# then it is counted again.
more_faults() {
  local limit=$1 bare more
  shift
  for _ in 1 2 3 4 5; do
    bare=$(faults /bin/true two words)
    more=$(($(faults "$SSH_FAST" "$@") - bare))
    if [ "$more" -le "$limit" ]; then break; fi
  done
  echo "# $more page faults more than the $bare of /bin/true: $*" >&3
  [ "$more" -le "$limit" ]
}
is_static_musl() {
  [ "$(readelf -dW "$SSH_FAST" | grep -c NEEDED)" = 0 ] && ! grep -q 'GNU C Library' "$SSH_FAST"
}

@test "a plain run: 14 page faults at most" {
  is_static_musl || skip "other C libraries take more"
  more_faults 14 --ssh=/bin/true -V -V
}

@test "a warm run, with its lease and its keeper: 21 at most" {
  is_static_musl || skip "other C libraries take more"
  # The real ssh makes the master; from then on its name leads to /bin/true.
  SSH_FAST_SSH=$BATS_TEST_TMPDIR/ssh
  export SSH_FAST_SSH
  ln -s "$(command -v ssh)" "$SSH_FAST_SSH"
  fast host true
  wait_until is_released
  ln -sf /bin/true "$SSH_FAST_SSH"
  more_faults 21 --client=ssh -F "$DIR/config" host true
  run -0 "$SSH_FAST" --verbose --client=ssh -F "$DIR/config" host true
  [[ "$output" == *", warm, "* ]]
}
