#!/usr/bin/env bats
# Which folders are safe to keep leases in, and what is said where none is.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
teardown_file() { stop_sshd; }
setup() {
  T=$DIR/f$BATS_TEST_NUMBER
  mkdir "$T"
  export SSH_FAST_ROOT=$T/home/root
  PRIVATE=(unshare -m)
  [ "$(id -u)" = 0 ] || PRIVATE=(unshare -Um -r)
}

# with_accounts PASSWD GROUP COMMAND...: where these lines are the accounts.
with_accounts() {
  printf '%b' "$1" >"$T/passwd"
  printf '%b' "$2" >"$T/group"
  # shellcheck disable=SC2016 # the inner shell's
  "${PRIVATE[@]}" sh -c 'mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group &&
    shift && exec "$@"' sh "$T" "${@:3}"
}

@test "a folder that only the user's private group can write to is safe" {
  "${PRIVATE[@]}" true 2>/dev/null || skip "no namespaces"
  mkdir "$T/home"
  # setgid, as umask 002 is mostly used with.
  chmod 2775 "$T/home"
  # In a user namespace of his own an ordinary user is root too.
  local me='root:x:0:0::/root:/bin/sh\n' other='mallory:x:99:98::/:/bin/sh\n' same='mallory:x:99:0::/:/bin/sh\n'
  safe() {
    run --separate-stderr with_accounts "$@" "$SSH_FAST" --strict -F "$DIR/config" host echo fine
    [ "$status:$output:$stderr" = "0:fine:" ] || { echo "$*: $status $output $stderr" >&2; return 1; }
  }
  unsafe() {
    run -255 with_accounts "$@" "$SSH_FAST" --strict -F "$DIR/config" host echo fine
    [[ "$output" == "ssh-fast: cannot trust $T/home: "* ]] || { echo "$*: $output" >&2; return 1; }
  }
  safe "$me$other" 'root:x:0:\n'
  safe "$other$me" 'mallory:x:98:mallory\nroot:x:0:root\n'
  unsafe "$me$other" 'root:x:0:mallory\n'
  unsafe "$me$other" 'root:x:0:root,mallory\n'
  unsafe "$me$same" 'root:x:0:\n'
  unsafe "$me" 'staff:x:0:\n'
  unsafe "$me" ''
  unsafe "$other" 'root:x:0:\n'
  unsafe 'root:x:0:98::/root:/bin/sh\n' 'root:x:0:\n'
  [[ "$(stat -c %a "$T/home/root")" == *700 ]]
  # Also where a peer with that umask has made what lies below.
  find "$T/home/root" -type d -exec chmod 0775 {} +
  safe "$me" 'root:x:0:\n'
  chmod o+w "$T/home"
  unsafe "$me" 'root:x:0:\n'
}

@test "a user namespace without root's number: folders above stay trusted" {
  local words=(unshare -Ur)
  if [ "$(id -u)" = 0 ]; then
    needs_command setpriv
    words=(setpriv --reuid=12345 --regid=12345 --clear-groups unshare -Ur)
  fi
  "${words[@]}" true 2>/dev/null || skip "no user namespaces"
  local said folder=/tmp/sf-user-$$ failed=0
  mkdir -m 0700 "$folder"
  cp "$SSH_FAST" "$DIR/id" "$DIR/config" "$folder"
  sed -i "s|$DIR|$folder|; s|^Host .*|&\n  User $(id -un)|" "$folder/config"
  if [ "$(id -u)" = 0 ]; then chown -R 12345:12345 "$folder"; fi
  inside() {
    (cd / && HOME=$folder SSH_FAST_ROOT=${PLACE:-$folder/root} "${words[@]}" "$folder/ssh-fast" --strict -F "$folder/config" "$@")
  }
  [ "$("${words[@]}" stat -c %u /)" = 65534 ] || failed=1
  said=$(inside host echo fine 2>&1) || :
  [ "$said" = fine ] || failed=2
  # A user who is not root has that number too, and may not write there.
  if [ "$(id -u)" = 0 ]; then
    mkdir -m 0777 "$folder/theirs"
    chown 12346 "$folder/theirs"
    [[ "$(PLACE=$folder/theirs/root inside host true 2>&1)" == *"cannot trust $folder/theirs"* ]] || failed=3
  fi
  (cd / && "${words[@]}" "$BUILD/ssh-fast-gc" -q --exit-idle --root="$folder/root") || failed=4
  rm -r "$folder"
  [ "$failed" = 0 ]
}

# on_terminal: what a run says on a terminal.
on_terminal() {
  HOME=$T script -qec "'$SSH_FAST' $* -F '$DIR/config' host echo fine" /dev/null </dev/null | tr -d '\r'
}

@test "where no folder is safe, a terminal is told once a day, a script never" {
  mkdir -m 0777 "$T/home"
  chmod 0777 "$T/home"
  mkdir -m 0700 "$T/.ssh"
  local line="ssh-fast: cannot trust $T/home: other users may write or read there (chmod go-w helps); plain ssh runs" try
  for try in 1 2; do
    run --separate-stderr env HOME="$T" "$SSH_FAST" -F "$DIR/config" host echo fine
    [ "$status:$output:$stderr" = "0:fine:" ]
  done
  [ ! -e "$T/.ssh/ssh-fast-told" ]
  run on_terminal
  [ "$output" = "$line"$'\nfine' ]
  for try in 1 2; do
    run on_terminal
    [ "$output" = fine ]
  done
  run on_terminal --verbose
  [[ "$output" == "$line"$'\n'* ]]
  run env HOME="$T" "$SSH_FAST" --verbose -F "$DIR/config" host echo fine
  [[ "$output" == "$line"$'\n'* ]]
  # The next day, and where the note lies in the future.
  for try in '25 hours ago' 'next year'; do
    touch -d "$try" "$T/.ssh/ssh-fast-told"
    run on_terminal
    [ "$output" = "$line"$'\nfine' ]
    run on_terminal
    [ "$output" = fine ]
  done
  chmod go-w "$T/home"
  run on_terminal
  [ "$output" = fine ]
  [ -d "$T/home/root" ]
}
