#!/usr/bin/env bats
# The programs that call ssh, each with ssh-fast in its place, cold and warm.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd
  mkdir "$DIR/bin"
  # The name that other programs look for, and the one they can be told.
  ln -s "$SSH_FAST" "$DIR/bin/ssh"
  ln -s "$SSH_FAST" "$DIR/bin/ssh-fast"
  # ssh takes its home from the password database: a configuration of the
  # test's own needs somebody who names it, for those who cannot.
  printf '#!/bin/sh\nexec /usr/bin/ssh -F %s "$@"\n' "$DIR/config" >"$DIR/configured-ssh"
  chmod +x "$DIR/configured-ssh"
  make_tree "$DIR/tree" 20 100
  git config --file "$DIR/gitconfig" user.name Someone
  git config --file "$DIR/gitconfig" user.email someone@example.org
  git config --file "$DIR/gitconfig" init.defaultBranch main
  git config --file "$DIR/gitconfig" protocol.file.allow always
}
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  FAST="ssh-fast -F $DIR/config"
  PATH=$DIR/bin:$PATH
  export GIT_CONFIG_GLOBAL=$DIR/gitconfig GIT_CONFIG_NOSYSTEM=1
  unset GIT_SSH GIT_SSH_COMMAND RSYNC_RSH
  BEFORE=$(logins)
}
# What runs one after the other must find the lease of the one before.
logins_are() { wait_until is_released && [ "$(new_logins)" = "$1" ]; }

# make_tree DIR FOLDERS FILES
make_tree() {
  local folder file
  for ((folder = 0; folder < $2; folder++)); do
    mkdir -p "$1/$folder"
    for ((file = 0; file < $3; file++)); do
      echo "$folder $file" >"$1/$folder/file $file"
    done
  done
}
is_leased() {
  run "$SSH_FAST" --explain -F "$DIR/config" "$@"
  [ "$status" = 0 ]
  [ "$(grep -c '^decision: ' <<<"$output")" = 1 ]
  [[ "$output" == "decision: lease, "* ]]
}

@test "scp, both protocols and both directions" {
  head -c 3000000 /dev/urandom >"$T/data"
  local protocol
  for protocol in -s -O; do
    scp -q "$protocol" -F "$DIR/config" -S ssh-fast "$T/data" "host:$T/there"
    cmp "$T/data" "$T/there"
    logins_are 1
    scp -q "$protocol" -F "$DIR/config" -S ssh-fast "host:$T/there" "$T/back"
    cmp "$T/data" "$T/back"
    rm "$T/there" "$T/back"
    logins_are 1
  done
  # Between two hosts, through here: a master each, of hosts of their own name.
  scp -q -3 -F "$DIR/config" -S ssh-fast "host:$T/data" "other:$T/there"
  cmp "$T/data" "$T/there"
  logins_are 2
  scp -q -r -F "$DIR/config" -S ssh-fast "$DIR/tree/0" "host:$T/tree"
  diff -r "$DIR/tree/0" "$T/tree"
  logins_are 2
}

@test "sftp: a batch, and an error that stays an error" {
  head -c 100000 /dev/urandom >"$T/data"
  printf '%s\n' "put $T/data $T/there" "get $T/there $T/back" "ls $T" >"$T/batch"
  local i
  for i in cold warm; do
    sftp -q -F "$DIR/config" -S ssh-fast -b "$T/batch" host >"$T/out"
    cmp "$T/data" "$T/back"
    logins_are 1
  done
  run sftp -q -F "$DIR/config" -S ssh-fast -b - host <<<"get $T/nothing"
  [ "$status" = 1 ]
  logins_are 1
}

@test "rsync: 2,000 files, then nothing to do, then back" {
  rsync -a -e "$FAST" "$DIR/tree/" "host:$T/there/"
  diff -r "$DIR/tree" "$T/there"
  logins_are 1
  run rsync -ai -e "$FAST" "$DIR/tree/" "host:$T/there/"
  [ "$status" = 0 ]
  [ -z "$output" ]
  logins_are 1
  RSYNC_RSH=$FAST rsync -a --delete "host:$T/there/" "$T/back/"
  diff -r "$DIR/tree" "$T/back"
  logins_are 1
  run rsync -a -e "$FAST" "host:$T/nothing" "$T/back/"
  [ "$status" = 23 ]
  logins_are 1
}

# clone, change, push, fetch, submodule: with whatever git calls as its ssh.
work_with_git() {
  git init -q --bare "$T/one.git"
  git init -q --bare "$T/two.git"
  git clone -q "host:$T/two.git" "$T/two" 2>"$T/err"
  git -C "$T/two" commit -q --allow-empty -m first
  git -C "$T/two" push -q origin main
  git clone -q "host:$T/one.git" "$T/one" 2>"$T/err"
  git -C "$T/one" submodule --quiet add "host:$T/two.git" sub 2>"$T/err"
  git -C "$T/one" commit -q -m second
  git -C "$T/one" push -q origin main
  git clone -q --recurse-submodules "host:$T/one.git" "$T/again" 2>"$T/err"
  [ "$(git -C "$T/again/sub" log --format=%s)" = first ]
  git -C "$T/again" fetch -q
  git -C "$T/again" ls-remote -q >"$T/refs"
  grep -q refs/heads/main "$T/refs"
}

# What fetches sends GIT_PROTOCOL along and has a pool of its own; what pushes
# sends nothing (2.39) and uses the pool that all others use.
@test "git: clone, push, submodule, fetch over two logins, with protocol 2" {
  export GIT_SSH_COMMAND=$FAST
  work_with_git
  logins_are 2
  GIT_TRACE_PACKET=$T/packets git -C "$T/again" ls-remote -q >"$T/refs"
  grep -q 'version 2' "$T/packets"
  logins_are 2
}

@test "git: core.sshCommand, and its variant need not be guessed" {
  git config --file "$T/gitconfig" core.sshCommand "$FAST"
  git config --file "$T/gitconfig" ssh.variant ssh
  git config --file "$T/gitconfig" include.path "$DIR/gitconfig"
  GIT_CONFIG_GLOBAL=$T/gitconfig work_with_git
  logins_are 2
}

@test "git has a pool of its own: SendEnv is not what others were granted" {
  fast host true
  wait_until is_released
  GIT_SSH_COMMAND=$FAST git ls-remote -q "host:$T/none.git" 2>/dev/null || :
  [ "$(find "$ROOT" -mindepth 1 -maxdepth 1 -name '[A-Za-z0-9_-]*' | wc -l)" = 2 ]
  logins_are 2
}

@test "borg: a repository over one login, created, filled, read and checked" {
  export BORG_RSH=$FAST BORG_BASE_DIR=$T/borg BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
  local repository=ssh://host$T/repository
  borg init -e none "$repository"
  logins_are 1
  borg create "$repository::first" "$DIR/tree/1"
  wait_until is_released
  mkdir "$T/back"
  (cd "$T/back" && borg extract "$repository::first")
  diff -r "$DIR/tree/1" "$T/back$DIR/tree/1"
  wait_until is_released
  borg check "$repository"
  logins_are 1
}

# A gigabyte each way through pipes, as zfs send and receive do it.
digest_of_stream() { yes 0123456789abcde | head -c "$(times 1073741824 134217728)" | "$@"; }

@test "much each way through pipes arrives whole, over one login" {
  local wanted
  wanted=$(digest_of_stream cksum)
  [ "$(digest_of_stream $FAST host cksum)" = "$wanted" ]
  logins_are 1
  [ "$($FAST host "yes 0123456789abcde | head -c $(times 1073741824 134217728)" | cksum)" = "$wanted" ]
  logins_are 1
}

@test "tar through pipes, both directions" {
  tar -C "$DIR/tree" -cf - . | $FAST host "mkdir -p '$T/there' && tar -C '$T/there' -xf -"
  diff -r "$DIR/tree" "$T/there"
  mkdir "$T/back"
  wait_until is_released
  $FAST host "tar -C '$T/there' -cf - ." | tar -C "$T/back" -xf -
  diff -r "$DIR/tree" "$T/back"
  logins_are 1
}

@test "scp, sftp and rsync use the masters that ssh-fast HOST has left" {
  fast host true
  wait_until is_released
  echo data >"$T/data"
  scp -q -F "$DIR/config" -S ssh-fast "$T/data" "host:$T/a"
  wait_until is_released
  sftp -q -F "$DIR/config" -S ssh-fast -b - host <<<"put $T/data $T/b" >/dev/null
  wait_until is_released
  rsync -e "$FAST" "$T/data" "host:$T/c"
  wait_until is_released
  cmp "$T/a" "$T/b"
  cmp "$T/a" "$T/c"
  # What newer ones put in, with "=" and with a blank.
  [ "$(fast -x -oControlMaster=no -oForwardAgent=no -oPermitLocalCommand=no \
    -oClearAllForwardings=yes -oRemoteCommand=none -oRequestTTY=no host echo yes)" = yes ]
  wait_until is_released
  [ "$(fast -o "ControlMaster no" -o "ForwardX11 no" -o "ForwardAgent no" \
    -o "PermitLocalCommand no" -o "ClearAllForwardings yes" host echo yes)" = yes ]
  logins_are 1
  [ "$(find "$ROOT" -mindepth 1 -maxdepth 1 -type d | wc -l)" = 1 ]
}

@test "--explain says of each of these calls why it is leased" {
  is_leased -x -oPermitLocalCommand=no -oClearAllForwardings=yes \
    -oRemoteCommand=none -oRequestTTY=no -oForwardAgent=no -s -- host sftp
  is_leased host rsync --server -logDtpre.iLsfxCIvu . dst
  is_leased -o SendEnv=GIT_PROTOCOL host "git-upload-pack 'x.git'"
  is_leased -oConnectTimeout=10 -a -x host true
  is_leased -oForwardAgent=no -oForwardX11=no -oConnectTimeout=15 -oBatchMode=yes host true
  is_leased -o KbdInteractiveAuthentication=no -o ConnectTimeout=10 -tt host true
  is_leased -W other:22 host
}

@test "installed as ssh, first in PATH: all of them with no setting at all" {
  export SSH_FAST_SSH=$DIR/configured-ssh
  echo data >"$T/data"
  [ "$(ssh host echo hello)" = hello ]
  logins_are 1
  # These call /usr/bin/ssh unless they are told; PATH is for those who look.
  rsync "$T/data" "host:$T/a"
  logins_are 1
  cmp "$T/data" "$T/a"
  work_with_git
  # git's fetches have a pool of their own.
  logins_are 2
  tar -C "$T" -cf - data | ssh host "tar -C / -tf -" >"$T/list"
  [ "$(cat "$T/list")" = data ]
  logins_are 2
}

# A job as cron runs it: no terminal, no input, a bare environment, and what it
# prints would be mailed.
as_cron() {
  env -i SHELL=/bin/sh PATH=/usr/bin:/bin HOME="$HOME" LOGNAME="$(id -un)" \
    SSH_FAST_ROOT="$ROOT" setsid -w /bin/sh -c "$1" </dev/null >>"$T/mail" 2>&1 3>&-
}

@test "cron: a job each minute over one login, gc beside it, nothing mailed" {
  local minute
  for ((minute = 0; minute < 20; minute++)); do
    as_cron "$SSH_FAST -F $DIR/config host 'cat >/dev/null; exit 0'; $BUILD/ssh-fast-gc -q"
    as_cron "$BUILD/ssh-fast-gc -q" &
    wait $!
  done
  [ ! -s "$T/mail" ]
  logins_are 1
  [ "$(used_names)" = 0 ]
  [ "$(free_names)" = 1 ]
  # The failure of the job is mailed, as with ssh, and is its exit status.
  run as_cron "$SSH_FAST -F $DIR/config host 'echo trouble >&2; exit 3'"
  [ "$status" = 3 ]
  [ "$(cat "$T/mail")" = trouble ]
}
