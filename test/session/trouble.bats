#!/usr/bin/env bats
# ssh-fast never makes ssh worse: whatever is wrong with its folders or the
# machine, ssh runs; --strict says no, with the path. Tried as root and not.
# clients: ssh

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; }

# ssh_works [COMMAND...]: prefixed by the command, with no lease to be had.
ssh_works() {
  run --separate-stderr "$@" "$SSH_FAST" -F "$DIR/config" host 'echo fine; exit 3'
  [ "$status" = 3 ] && [ "$output" = fine ] && [ -z "$(find "$DIR/nothing" -type s 2>/dev/null)" ]
}
# strict_refuses PATH [COMMAND...]: 255 and a message that names the path.
strict_refuses() {
  local path=$1
  shift
  run --separate-stderr "$@" "$SSH_FAST" --strict -F "$DIR/config" host 'echo fine; exit 3'
  [ "$status" = 255 ] && [ -z "$output" ] &&
    [[ "$stderr" == "ssh-fast: cannot "*"$path"*": "* ]] || {
    echo "$status $output $stderr" >&2
    return 1
  }
}
# trouble PATH [COMMAND...]: both; says nothing unless security demands it.
trouble() {
  local path=$1
  shift
  ssh_works "$@" || { echo "plain: $status $output $stderr" >&2; return 1; }
  [ "$stderr" = "" ] || { echo "said: $stderr" >&2; return 1; }
  strict_refuses "$path" "$@"
}
# danger PATH: the same where a folder is not safe; --verbose says so.
danger() {
  ssh_works || { echo "plain: $status $output $stderr" >&2; return 1; }
  [ "$stderr" = "" ] || { echo "said: $stderr" >&2; return 1; }
  SSH_FAST_VERBOSE=1 ssh_works || { echo "plain: $status $output $stderr" >&2; return 1; }
  [[ "$stderr" == "ssh-fast: cannot trust $1"*"; plain ssh runs"* ]] || { echo "said: $stderr" >&2; return 1; }
  strict_refuses "$1"
}

@test "a root that cannot be made, is no folder, or lies nowhere" {
  SSH_FAST_ROOT=/proc/nothing trouble /proc/nothing
  SSH_FAST_ROOT=$DIR/no/such/folder trouble "$DIR/no"
  SSH_FAST_ROOT=$DIR/config/below trouble "$DIR/config"
  : >"$DIR/file"
  SSH_FAST_ROOT=$DIR/file danger "$DIR/file"
}

@test "a read-only root, and folders in it that are read-only" {
  mkdir -m 0700 "$ROOT"
  if is_root && can_mount; then
    mount -t tmpfs -o ro,mode=0700 none "$ROOT"
    local failed=0
    trouble "$ROOT" || failed=1
    umount "$ROOT"
    [ "$failed" = 0 ]
  fi
  strace -o /dev/null true
  trouble "$ROOT" strace -o /dev/null -e inject=mkdirat:error=EROFS
  fast host true
  wait_until is_released
  # Nothing can be written any more, warm or not.
  trouble "$ROOT" strace -o /dev/null -e inject=pwrite64,pwritev2:error=EROFS -e inject=renameat2:error=EROFS
}

@test "a full disk: ENOSPC for each thing that gets written" {
  local call
  for call in mkdirat renameat pwrite64,pwritev2 write:when=1; do
    export SSH_FAST_ROOT=$ROOT-${call%%:*}
    # What ssh -G said is written before the record, and need not be kept.
    if [ "$call" = write:when=1 ]; then
      ssh_works strace -o /dev/null -e inject=pwrite64,pwritev2:error=ENOSPC
      rm -r "$SSH_FAST_ROOT"/*
    fi
    trouble "$SSH_FAST_ROOT" strace -o /dev/null \
      -e "inject=${call%%:*}:error=ENOSPC${call#"${call%%:*}"}" || {
      echo "$call" >&2
      return 1
    }
  done
  export SSH_FAST_ROOT=$ROOT
  fast host true
  wait_until is_released
  trouble "$ROOT" strace -o /dev/null -e inject=pwrite64,pwritev2:error=ENOSPC
  # None of it is lost, or left behind half made.
  wait_until is_released
  local before
  before=$(logins)
  fast host true
  [ "$(logins)" = "$before" ]
}

@test "a really full file system" {
  is_root || skip "only root can mount one"
  needs_mounts
  mkdir -m 0700 "$ROOT"
  mount -t tmpfs -o size=4k,nr_inodes=6,mode=0700 none "$ROOT"
  local failed=0
  trouble "$ROOT" || failed=1
  umount "$ROOT"
  [ "$failed" = 0 ]
}

@test "a limit on file sizes ends neither ssh-fast nor ssh" {
  ssh_works bash -c 'ulimit -f 0; exec "$@"' limited
  fast host true
  wait_until is_released
  ssh_works bash -c 'ulimit -f 0; exec "$@"' limited
  # Nothing half made is left of it.
  [ "$(find "$ROOT"/* -maxdepth 1 -name 'endpoint.*' | wc -l)" = 0 ]
}

@test "no processes left: the keeper cannot be had, nor ssh -G" {
  trouble / strace -o /dev/null -e inject=clone,fork,vfork,clone3:error=EAGAIN
  fast host true
  wait_until is_released
  trouble "$ROOT" strace -o /dev/null -e inject=clone,fork,vfork,clone3:error=EAGAIN
  # The lease that it had is free again.
  wait_until is_released
  [ "$(free_names)" = 1 ]
  if ! is_root; then
    trouble "$ROOT" bash -c 'ulimit -u 1; exec "$@"' limited
  fi
}

@test "no descriptors left" {
  local limit
  for limit in 5 6 7 8 9 10 11 12; do
    ssh_works bash -c "ulimit -n $limit; exec \"\$@\"" limited || {
      # ssh itself needs some; where it cannot run, neither can we.
      if bash -c "ulimit -n $limit; exec ssh -F $DIR/config host true"; then
        return 1
      fi
    }
  done
  wait_until is_released
}

@test "a file system where no socket can be bound or hard-linked" {
  local call
  for call in bind linkat; do
    export SSH_FAST_ROOT=$ROOT-$call
    ssh_works strace -o /dev/null -e "inject=$call:error=EPERM:when=1"
    [ "$stderr" = "" ]
    # It is written down, and not tried again.
    grep -q '^policy: plain, the file system' "$ROOT-$call"/*/endpoint
    [ "$(find "$ROOT-$call"/*/c -mindepth 1 | wc -l)" = 0 ]
    ssh_works
    strict_refuses "$ROOT-$call"
  done
  # After a day it is tried again, and holds no more.
  touch -d '23 hours ago' "$SSH_FAST_ROOT"/*/endpoint
  strict_refuses "$SSH_FAST_ROOT"
  touch -d '25 hours ago' "$SSH_FAST_ROOT"/*/endpoint
  "$SSH_FAST" --strict -F "$DIR/config" host true
  grep -q '^policy: lease' "$SSH_FAST_ROOT"/*/endpoint
  ROOT=$SSH_FAST_ROOT wait_until is_released
  # One of the future says nothing.
  sed -i 's/^policy: .*/policy: plain, it cannot/; /^policy/a sockets: no' "$SSH_FAST_ROOT"/*/endpoint
  strict_refuses "$SSH_FAST_ROOT"
  touch -d 'next week' "$SSH_FAST_ROOT"/*/endpoint
  "$SSH_FAST" --strict -F "$DIR/config" host true
  # What may pass, a full disk, is not written down.
  export SSH_FAST_ROOT=$ROOT-later
  ssh_works strace -o /dev/null -e inject=linkat:error=ENOSPC:when=1
  [ -z "$(find "$ROOT-later" -name endpoint)" ]
  ssh_works
  grep -q '^policy: lease' "$ROOT-later"/*/endpoint
}

# In a sandbox that lets nobody gain rights, which is one more than outside.
sandboxed() { setpriv --no-new-privs "$@"; }

@test "what was found out in a sandbox does not hold outside of it" {
  needs_command setpriv
  sandboxed true || skip "setpriv makes no sandbox here"
  ssh_works sandboxed strace -o /dev/null -e inject=linkat:error=EPERM:when=1
  grep -q '^policy: plain, the file system' "$ROOT"/*/endpoint
  grep -q '^sandbox: ' "$ROOT"/*/endpoint
  # Within it is remembered; outside it is tried, and found to be otherwise.
  run sandboxed "$SSH_FAST" --strict -F "$DIR/config" host true
  [ "$status" = 255 ]
  "$SSH_FAST" --strict -F "$DIR/config" host true
  grep -q '^policy: lease' "$ROOT"/*/endpoint
  run -1 grep -q '^sandbox: ' "$ROOT"/*/endpoint
}

@test "a symbolic link at every level, of our own making or not" {
  fast host true
  wait_until is_released
  local ns name real
  ns=$(echo "$ROOT"/*)
  mv "$ROOT" "$ROOT.real"
  ln -s "$ROOT.real" "$ROOT"
  danger "$ROOT"
  rm "$ROOT"
  mv "$ROOT.real" "$ROOT"
  for name in "$ns" "$ns/c" "$ns/free" "$ns/used" "$ns/endpoint"; do
    mv "$name" "$DIR/elsewhere"
    ln -s "$DIR/elsewhere" "$name"
    danger "$name" || { echo "$name" >&2; return 1; }
    rm "$name"
    mv "$DIR/elsewhere" "$name"
  done
  # A lock file that is a link is passed over; its master is left alone.
  real=$(echo "$ns"/free/s*)
  mv "$real" "$DIR/elsewhere"
  ln -s "$DIR/elsewhere" "$real"
  ssh_works
  [ -L "$real" ]
}

@test "a link above the root is fine where nobody else could have made it" {
  mkdir -m 0700 "$DIR/target"
  ln -s "$DIR/target" "$DIR/link"
  local before
  before=$(logins)
  SSH_FAST_ROOT=$DIR/link/root fast host true
  [ "$(find "$DIR/target/root" -name 's*' -type s | wc -l)" = 1 ]
  SSH_FAST_ROOT=$DIR/target/root fast host true
  [ "$(logins)" = $((before + 1)) ]
}

@test "folders and files that others may write to" {
  fast host true
  wait_until is_released
  local ns name mode
  ns=$(echo "$ROOT"/*)
  for name in "$ROOT" "$ns" "$ns/c" "$ns/free" "$ns/used" "$ns/endpoint"; do
    mode=$(stat -c %a "$name")
    chmod 0777 "$name"
    danger "$name" || { echo "$name" >&2; return 1; }
    chmod "$mode" "$name"
  done
  mkdir -m 0777 "$DIR/wide"
  chmod 0777 "$DIR/wide"
  SSH_FAST_ROOT=$DIR/wide/root danger "$DIR/wide"
  # A sticky one, as /tmp is, will do.
  chmod 1777 "$DIR/wide"
  SSH_FAST_ROOT=$DIR/wide/root fast host true
  [ -n "$(find "$DIR/wide/root" -type s)" ]
  chmod 0700 "$DIR/wide"
  # A lock file with a wide mode is passed over.
  chmod 0666 "$ns"/free/s*
  ssh_works
  [ "$(stat -c %a "$ns"/free/s* | sort -rn | head -n 1)" = 666 ]
}

@test "folders and files of somebody else's" {
  if ! is_root; then
    SSH_FAST_ROOT=/usr danger /usr
    return
  fi
  fast host true
  wait_until is_released
  local ns name
  ns=$(echo "$ROOT"/*)
  for name in "$ROOT" "$ns" "$ns/c" "$ns/free" "$ns/used" "$ns/endpoint"; do
    chown 65534 "$name"
    danger "$name" || { echo "$name" >&2; return 1; }
    chown 0 "$name"
  done
  mkdir -m 0700 "$DIR/theirs"
  chown 65534 "$DIR/theirs"
  SSH_FAST_ROOT=$DIR/theirs/root danger "$DIR/theirs"
  chown 0 "$DIR/theirs"
  local before
  chown 65534 "$ns"/free/s*
  before=$(logins)
  ssh_works
  [ "$(logins)" = $((before + 1)) ]
  [ "$(stat -c %u "$ns"/free/s* | sort -rn | head -n 1)" = 65534 ]
}

@test "another user's master behind our socket path gets nothing" {
  is_root || skip "only root can be two users"
  fast host true
  wait_until is_released
  local socket
  socket=$(socket_of)
  timeout 5 ssh -F none -S "$socket" -O exit x 2>/dev/null
  wait_until is_gone_file "$socket"
  chmod 0777 "$DIR" "$SUITE" "$ROOT" "$ROOT"/* "$ROOT"/*/c
  setpriv --reuid=65534 --clear-groups "$TOOLS/odd-master" alive "$socket" >"$BATS_TEST_TMPDIR/out" 3>&- &
  local fake=$!
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  chmod 0700 "$DIR" "$SUITE" "$ROOT" "$ROOT"/* "$ROOT"/*/c
  ssh_works
  kill "$fake"
}

# A root of exactly that many characters.
long_root() {
  local root=$DIR/
  printf '%s%*s' "$root" $(($1 - ${#root})) '' | tr ' ' r
}

@test "a long root: a shorter name while that fits, then plain" {
  local root
  root=$(long_root 52)
  SSH_FAST_ROOT=$root fast host true
  [ -n "$(find "$root" -type s)" ]
  [ "$(basename "$root"/* | tr -d '\n' | wc -c)" = 22 ]
  root=$(long_root 31)
  SSH_FAST_ROOT=$root fast host true
  [ "$(basename "$root"/* | tr -d '\n' | wc -c)" = 43 ]
  local length
  for length in 53 60 100; do
    root=$(long_root "$length")
    SSH_FAST_ROOT=$root ssh_works
    [ "$stderr" = "" ]
    SSH_FAST_ROOT=$root strict_refuses "$root"
    [[ "$stderr" == *"$length characters"*"52"*"--root"* ]]
  done
}

@test "blanks, percent signs, quotes, a newline in the root: leased as ever" {
  local name before
  for name in 'with blank' '100%' '%h%C' "it's" 'a"b' $'new\nline' '$HOME' '~'; do
    before=$(logins)
    ROOT="$DIR/$name"
    export SSH_FAST_ROOT=$ROOT
    fast host true
    wait_until sh -c '[ -z "$(ls "$1"/*/used)" ]' sh "$ROOT"
    fast host true
    [ "$(logins)" = $((before + 1)) ] || { echo "$name" >&2; return 1; }
    [ -n "$(find "$ROOT" -type s)" ]
    wait_until sh -c '[ -z "$(ls "$1"/*/used)" ]' sh "$ROOT"
  done
  SSH_FAST_ROOT="$DIR/\${HOME}" trouble "$DIR/\${HOME}"
}

@test "HOME unset, empty, somebody else's" {
  unset SSH_FAST_ROOT
  run decision_of -F "$DIR/config" host
  [[ "$output" == lease* ]]
  local home
  home=$(getent passwd "$(id -u)" | cut -d: -f6)
  [[ "$(env -u HOME "$SSH_FAST" --explain -F "$DIR/config" host)" == *"folder: $home/.ssh/ssh-fast/"* ]]
  [[ "$(HOME='' "$SSH_FAST" --explain -F "$DIR/config" host)" == *"folder: $home/.ssh/ssh-fast/"* ]]
  [[ "$(HOME=/proc "$SSH_FAST" --explain -F "$DIR/config" host)" != *"folder: /nowhere"* ]]
  mkdir -m 0700 "$DIR/home"
  env HOME="$DIR/home" "$SSH_FAST" -F "$DIR/config" host true
  [ -n "$(find "$DIR/home/.ssh/ssh-fast" -type s)" ]
  [ "$(stat -c %a "$DIR/home/.ssh")" = 700 ]
  env -u HOME SSH_FAST_ROOT="$ROOT" "$SSH_FAST" -F "$DIR/config" host true
  # ~ in a variable of cron's, which no shell expands.
  [[ "$(SSH_FAST_ROOT='~/other' "$SSH_FAST" --explain -F "$DIR/config" host)" == *"folder: $home/other/"* ]]
}

@test "an empty environment, and PATH unset" {
  run env -i "$SSH_FAST" --root="$ROOT" -F "$DIR/config" host echo fine
  [ "$output" = fine ]
}

@test "foreign files in the folders are neither used nor touched" {
  fast host true
  wait_until is_released
  local ns before folder
  ns=$(echo "$ROOT"/*)
  for folder in c free used; do
    : >"$ns/$folder/README"
    : >"$ns/$folder/s"
    : >"$ns/$folder/sTooLongToBeOne"
    : >"$ns/$folder/sbad.name.12"
    mkdir "$ns/$folder/sFolder_____"
    mkfifo "$ns/$folder/sFifo_______"
  done
  find "$ns" -name 's[TbF]*' -o -name README -o -name s | sort >"$BATS_TEST_TMPDIR/before"
  before=$(logins)
  fast host true
  wait_until sh -c '[ -z "$(find "$1" -name "s???????????" -size 80c)" ]' sh "$ns/used"
  find "$ns" -name 's[TbF]*' -o -name README -o -name s | sort >"$BATS_TEST_TMPDIR/after"
  diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
  [ "$(logins)" = "$before" ]
}

@test "a lock file of another user's is no lease" {
  [ "$(id -u)" = 0 ] || skip "only root can make one"
  fast host true
  wait_until is_released
  local ns
  ns=$(echo "$ROOT"/*)
  (umask 077 && : >"$ns/free/sAAAAAAAAAAA")
  chown nobody "$ns/free/sAAAAAAAAAAA"
  ln -sfn sAAAAAAAAAAA "$ns/last"
  run "$SSH_FAST" --verbose -F "$DIR/config" host true
  [ "$status" = 0 ]
  [[ "$output" != *sAAAAAAAAAAA* ]]
  # Neither taken, nor moved, nor written to.
  [ "$(stat -c '%U %s' "$ns/free/sAAAAAAAAAAA")" = 'nobody 0' ]
}

@test "a lock file with garbage in it is a free lease like any other" {
  fast host true
  wait_until is_released
  local before content
  before=$(logins)
  for content in '' garbage 'pid -5 since x space' 'pid 99999999999999999999 since 1 space 1'; do
    printf '%s' "$content" >"$(echo "$ROOT"/*/free/s*)"
    fast host true
    wait_until is_released
  done
  head -c 100000 /dev/urandom >"$(echo "$ROOT"/*/free/s*)"
  fast host true
  wait_until is_released
  [ "$(logins)" = "$before" ]
}

@test "a record that cannot be read: plain, and it is left as it is" {
  fast host true
  wait_until is_released
  local record before
  record=$(echo "$ROOT"/*/endpoint)
  before=$(cat "$record")
  trouble "$record" strace -o /dev/null -P "$record" -e inject=read:error=EIO
  if ! is_root; then
    chmod 0000 "$record"
    trouble "$record"
    chmod 0600 "$record"
  fi
  [ "$(cat "$record")" = "$before" ]
  rm "$record"
  mkdir "$record"
  danger "$record"
  rmdir "$record"
}

@test "somebody sits on the namespace folder: plain after a moment" {
  fast host true
  wait_until is_released
  flock "$(echo "$ROOT"/*)" sh -c 'echo locked; exec sleep 60' >"$BATS_TEST_TMPDIR/out" 3>&- &
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  trouble "$ROOT"
  pkill -P $! sleep || :
  kill $! 2>/dev/null || :
}

@test "a message to a stderr that nobody reads does not end the run" {
  mkdir -m 0777 "$DIR/wide2"
  chmod 0777 "$DIR/wide2"
  # The reader is gone before ssh-fast starts.
  run bash -c "SSH_FAST_ROOT=$DIR/wide2 $SSH_FAST -F $DIR/config host 'echo fine; exit 3' 2> >(:); exit \$?"
  [ "$output" = fine ]
  mkfifo "$DIR/nobody"
  (exec 8<>"$DIR/nobody" 9>"$DIR/nobody" 8<&-
    SSH_FAST_ROOT=$DIR/wide2 "$SSH_FAST" -F "$DIR/config" host 'echo fine; exit 3' 2>&9 >"$BATS_TEST_TMPDIR/out") || [ "$?" = 3 ]
  [ "$(cat "$BATS_TEST_TMPDIR/out")" = fine ]
}
