# The pool as it looks from outside: a test's own root, what lies in its folders,
# who holds what, and what ssh-fast and the admin's programs say of it.

# A root of this test's own, and ssh-fast with the configuration for it.
new_root() {
  ROOT=$DIR/r$BATS_TEST_NUMBER
  export ROOT SSH_FAST_ROOT=$ROOT
}
# No namespace is left; the answers that ssh gave lie beside those for a day.
no_namespace_is_left() { [ -z "$(find "$ROOT" -mindepth 1 ! -name '.answer.*')" ]; }

# The one namespace, and what lies in its folders.
namespace() { echo "$ROOT"/*/; }
count_in() {
  local files=("$ROOT"/*/"$1"/*)
  if [ -e "${files[0]}" ] || [ -L "${files[0]}" ]; then echo "${#files[@]}"; else echo 0; fi
}
free_names() { count_in free; }
used_names() { count_in used; }
socket_of() { echo "$ROOT"/*/c/s???????????; }
is_released() {
  local files=("$ROOT"/*/used/*)
  [ ! -e "${files[0]}" ]
}
# After kill -9. A client that holds the lease itself leaves the name where it
# is, unlocked, for the next to take.
is_let_go() {
  if [ "$CLIENT" = ssh ]; then
    is_released
  else
    [ -z "$(find "$ROOT"/*/used -type f ! -exec flock -n {} true \; -print)" ]
  fi
}
one_is_used() { [ "$(used_names)" = 1 ]; }
master_pid() {
  timeout 5 ssh -F none -S "$1" -O check x 2>&1 | sed -n 's/.*pid=\([0-9]*\).*/\1/p'
}
# The pids of the masters, and of the logins under way, of a root: ssh that was
# started for that keeps its words, one that was a client first has a title.
masters_below() { pgrep -f -- "^[^ ]*ssh -MNTf [^ ]* -S $1/|^ssh: $1/.* \[mux\]" || :; }
# The decision, or one line of it, that --explain prints.
folder_of() {
  "$SSH_FAST" --explain "$@" | sed -n 's/^folder: \([^ ]*\).*/\1/p'
}
decision_of() { "$SSH_FAST" --explain "$@" | sed -n 's/^decision: //p'; }
# The admin's programs.
ls_json() { "$BUILD/ssh-fast-ls" -j "$@"; }
gc() { "$BUILD/ssh-fast-gc" "$@"; }
# What one lease looks like to ssh-fast-ls: STATE PID MASTER PID.
lease_states() {
  ls_json "$@" | jq -r '.namespaces[].leases[] |
    "\(.state) \(.pid) \(.master.state) \(.master.pid)"'
}
# All that can be seen of a tree from outside, but for access times.
tree_of() { find "$1" -printf '%p %i %y %m %n %s %T@ %C@\n' | sort; }
