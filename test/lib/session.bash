# Sessions over ssh-fast and over plain ssh.

fast() { "$SSH_FAST" -F "$DIR/config" "$@"; }
# In the background the process itself, not a shell around it: $! is ssh's.
# bash has what it runs in the background ignore INT and QUIT; since 5.3 also
# where it has a trap for INT, as bats has.
STARTED_BY=(env --default-signal=INT,QUIT)
fast_exec() { exec "${STARTED_BY[@]}" "$SSH_FAST" -F "$DIR/config" "$@" 3>&-; }
plain_exec() { exec "${STARTED_BY[@]}" ssh -F "$DIR/config" "$@" 3>&-; }
plain() { ssh -F "$DIR/config" "$@"; }

# How many logins there were since BEFORE.
new_logins() { echo $(($(logins) - BEFORE)); }

# warm_up [ARGUMENT...]: a run that leaves a master that is free. MASTER is its
# pid, NS its namespace's folder, NAME its lease; BEFORE counts the logins.
# shellcheck disable=SC2034 # the tests use them
warm_up() {
  local files
  SSH_FAST_CLIENT=ssh fast "${@:-host}" true
  wait_until is_released
  files=("$ROOT"/*/free/s*)
  NS=${files[0]%/free/*}
  NAME=${files[0]##*/}
  MASTER=$(master_pid "$NS/c/$NAME")
  BEFORE=$(logins)
}

# shellcheck disable=SC2034 # the tests use KEEPER
has_keeper() { KEEPER=$(pgrep -x -P "$1" ssh-fast-keeper); }
# start_session [ARGUMENT...]: a session that lasts until end_session. SSH is its
# pid, KEEPER that of its keeper.
start_session() {
  : >"$BATS_TEST_TMPDIR/session"
  fast_exec "${@:-host}" 'echo here; sleep 60' >"$BATS_TEST_TMPDIR/session" &
  SSH=$!
  wait_until has_content "$BATS_TEST_TMPDIR/session"
  wait_until has_keeper "$SSH"
}
end_session() {
  kill "$SSH"
  wait "$SSH" || :
  wait_until ended "$KEEPER"
}
