#!/usr/bin/env bats
# Many at once on one pool, with everything killed at random: nobody is ever
# in a connection that somebody else uses, and nothing is left in the end.

load ../lib/helper

# In each session: a marker named after the connection, with the pid of the
# client in it. ssh leaves a killed client's command running, so the marker of
# a client that has ended counts no more.
# write_check SECONDS: how long each session lasts, for the shell.
write_check() {
  cat >"$DIR/check.new" <<EOF
#!/bin/sh
self=\$SSH_ORIGINAL_COMMAND
set -- \$SSH_CONNECTION
marker=$DIR/markers/port.\$2
lives() {
  # Not one that has ended and only waits for its parent.
  { read -r line </proc/\$1/stat; } 2>/dev/null || return 1
  case \${line##*)} in ' Z '* | ' X '*) return 1 ;; esac
}
tell() {
  if lives "\$1" && lives "\$self"; then
    echo "\$1 and \$self in \$marker" >>$DIR/markers/violations
  fi
}
other() {
  found=
  { read -r found <"\$marker"; } 2>/dev/null
  [ -n "\$found" ] && [ "\$found" != "\$self" ]
}
echo "\$self" >"\$marker.\$self"
if ! ln "\$marker.\$self" "\$marker" 2>/dev/null; then
  if other; then tell "\$found"; fi
  mv -f "\$marker.\$self" "\$marker"
fi
rm -f "\$marker.\$self"
sleep $1
if other; then tell "\$found"; else rm -f "\$marker"; fi
echo >>$DIR/markers/checked
EOF
  chmod 755 "$DIR/check.new"
  mv "$DIR/check.new" "$DIR/check"
}

setup_file() {
  make_dir
  mkdir "$DIR/markers"
  # shellcheck disable=SC2016 # for the far side
  write_check '0.0$((self % 10))'
  start_sshd "ForceCommand $DIR/check"
}
setup() { new_root; }

masters() { masters_below "$ROOT"; }
no_masters() { [ -z "$(masters)" ]; }
all_let_go() {
  local file
  for file in "$ROOT"/*/used/s*; do
    # By a descriptor: by name, flock(1) makes a file that has just been moved.
    flock -n 9 9<"$file" || [ ! -e "$file" ] || return 1
  done
}
# Sessions of killed clients go on to their end.
nobody_checks() { ! pgrep -f "^/bin/sh $DIR/check" >/dev/null; }

@test "the check finds two in one connection, and not one after the other" {
  local socket client
  fast host $$
  wait_until is_released
  socket=$(socket_of)
  plain -S "$socket" host $PPID
  [ ! -e "$DIR/markers/violations" ]
  write_check 1
  plain_exec -S "$socket" host $$ &
  # The client by its pid: bats has a process of its own here.
  client=$!
  plain -S "$socket" host $PPID
  wait "$client"
  [ -s "$DIR/markers/violations" ]
  rm "$DIR"/markers/*
  # shellcheck disable=SC2016 # for the far side
  write_check '0.0$((self % 10))'
}

@test "a storm: workers, kills, a peer, ls and gc" {
  local workers=${STORM_WORKERS:-12} secs=${STORM_SECS:-8} pids checked
  : >"$DIR/markers/checked"
  "$TOOLS/storm" "$SSH_FAST" "$DIR/config" "$ROOT" "$DIR/markers" \
    "$workers" "$secs" >"$BATS_TEST_TMPDIR/counts" 3>&-
  wait_until nobody_checks
  checked=$(wc -l <"$DIR/markers/checked")
  echo "# $workers workers, $secs s: $(cat "$BATS_TEST_TMPDIR/counts");" \
    "$checked checks, $(logins) logins" | tee "$BUILD/storm.txt" >&3
  if [ -e "$DIR/markers/violations" ]; then
    cat "$DIR/markers/violations" >&2
    return 1
  fi
  # However slow the machine is.
  [ "$checked" -ge 5 ]
  # Nothing is held that nobody holds, and nothing is left for good.
  wait_until all_let_go
  fast host $$
  pids=$(masters)
  # shellcheck disable=SC2086 # a list
  if [ -n "$pids" ]; then kill -KILL $pids; fi
  wait_until no_masters
  wait_until all_let_go
  gc --ttl=0 && no_namespace_is_left || {
    find "$ROOT" -ls >&2
    return 1
  }
}
