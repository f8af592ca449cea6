#!/usr/bin/env bats
# --explain tells what made the pool, and what differs from other pools of the
# same host: why a run is cold.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd
}
teardown_file() { stop_sshd; }
setup() { new_root; }

explain() { "$SSH_FAST" --client=ssh --explain "$@" host true; }

@test "with --verbose each line of the text is told, without it none" {
  local text told
  text=$(explain -F "$DIR/config" -o 'SetEnv=A=$HOME' -A | sed -n '/^namespace:/,/^login:/p')
  told=$(explain --verbose -F "$DIR/config" -o 'SetEnv=A=$HOME' -A 2>/dev/null | sed -n '/^namespace:/,/^login:/p')
  [ "$(wc -l <<<"$text")" -gt 10 ]
  # The same lines, each with a few words behind it.
  [ "$(sed '/^namespace:/d; /^login:/d; s/ ([a-z][^)]*)$//' <<<"$told")" = "$(sed '/^namespace:/d; /^login:/d' <<<"$text")" ]
  [ -z "$(sed '/^namespace:/d; /^login:/d' <<<"$told" | grep -v ')$')" ]
  grep -q '^variable HOME: .* (a variable that a setting names)$' <<<"$told"
  # A text that was given says nothing but itself.
  [ "$(SSH_FAST_NAMESPACE='port: 1' explain --verbose -F "$DIR/config" 2>/dev/null | grep -A1 '^namespace:')" = $'namespace:\nport: 1' ]
}

@test "the lines that differ from another pool of the same host" {
  local before output
  export TOKEN=one
  "$SSH_FAST" -F "$DIR/config" -o 'SetEnv=A=$TOKEN' host true
  wait_until is_released
  before=$(tree_of "$ROOT")
  # Warm: there is no other pool to speak of.
  output=$(explain -F "$DIR/config" -o 'SetEnv=A=$TOKEN')
  [[ "$output" == "decision: lease, warm"* && "$output" != *"other pool"* ]]
  output=$(TOKEN=two explain -F "$DIR/config" -o 'SetEnv=A=$TOKEN')
  [[ "$output" == "decision: lease, cold"* ]]
  [ "$(grep -c '^other pool of .*@.*:[0-9]*: ' <<<"$output")" = 1 ]
  [ "$(grep -cE '^  (here|there): ' <<<"$output")" = 2 ]
  grep -q '^  here:  variable TOKEN: ' <<<"$output"
  grep -q '^  there: variable TOKEN: ' <<<"$output"
  output=$(explain -F "$DIR/config" -o 'SetEnv=A=$TOKEN' -C)
  [ "$(grep -E '^  (here|there): ' <<<"$output")" = "  here:  flag -C: " ]
  # Another user there is another matter.
  output=$(explain -F "$DIR/config" -l nobody-there -C)
  [[ "$output" != *"other pool"* ]]
  # And all of it was looking.
  [ "$(tree_of "$ROOT")" = "$before" ]
}

@test "many pools, long ones, and lines that steer a terminal" {
  local i output record
  "$SSH_FAST" -F "$DIR/config" host true
  wait_until is_released
  record=$(echo "$ROOT"/*/endpoint)
  sed -i 's/^text: .*/text: a\\x1b[31mb\\x0a'"$(printf 'line %s\\\\x0a' {1..40})"'/' "$record"
  output=$(explain -F "$DIR/config" -C)
  [[ "$output" == *'  there: a\x1b[31mb'* && "$output" == *"  there: and 25 more lines"* ]]
  for i in {1..12}; do
    mkdir -m 700 "$ROOT/$(printf '%043d' "$i")"
    cp "$record" "$ROOT/$(printf '%043d' "$i")/endpoint"
    mkdir -m 700 "$ROOT/$(printf '%043d' "$i")"/{c,free,used}
  done
  output=$(explain -F "$DIR/config" -C)
  [ "$(grep -c '^other pool of ' <<<"$output")" = 8 ]
  [[ "$output" == *"and 5 more pools of that host"* ]]
  # What cannot be read is passed over.
  chmod 777 "$ROOT/$(printf '%043d' 1)/endpoint"
  echo garbage >"$ROOT/$(printf '%043d' 2)/endpoint"
  explain -F "$DIR/config" -C >/dev/null
}
