#!/usr/bin/env bats
# What runs have come to: kept for each namespace, printed in three forms.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; OUT=$BATS_TEST_TMPDIR; }
LS=$BUILD/ssh-fast-ls

stats() { ls_json "$@" | jq -c '.namespaces[0].stats | [.runs, .warm, .cold, .plain.client, .plain.asked]'; }
counts() { [ "$(stats)" = "$1" ]; }

@test "runs of each client are counted, warm, cold and plain, by reason" {
  local client
  fast host true
  for client in ssh native auto; do
    SSH_FAST_CLIENT=$client fast host true
    wait_until is_released
  done
  # A verbose one on a pipe has no client that does all of it.
  fast -v host true 2>&1 | cat >"$OUT/said"
  wait_until counts '[5,3,1,1,0]'
  ls_json | jq -e '.namespaces[0].stats | .cold_seconds > 0 and .warm_seconds >= 0 and .since > 1700000000
    and .saved_seconds > 0 and .saved_seconds < 3 * .cold_seconds + 0.01'
  # The configuration asks for something that a lease cannot give.
  write_config "$OUT/config" 'Host *' '  LocalForward 0 localhost:1'
  "$SSH_FAST" --namespace=asked -F "$OUT/config" host true 2>/dev/null || :
  [ "$(ls_json "$(basename "$(folder_of --namespace=asked -F "$OUT/config" host)")" | jq .namespaces[0].stats.plain.asked)" != null ] ||
    ls_json | jq -e '[.namespaces[].stats.plain.asked] | add >= 0'
}

@test "many at once lose no count" {
  local i pids=() n
  n=$(times 60 16)
  for ((i = 0; i < n; i++)); do
    SSH_FAST_CLIENT=$([ $((i % 2)) = 0 ] && echo ssh || echo native) fast host true 3>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i"; done
  all_counted() { [ "$(ls_json | jq .namespaces[0].stats.runs)" = "$n" ]; }
  wait_until all_counted
}

@test "a killed keeper loses its own count at most; a garbled file counts anew" {
  export SSH_FAST_CLIENT=ssh
  fast host true
  wait_until counts '[1,0,1,0,0]'
  : >"$OUT/session"
  fast_exec host 'echo here; sleep 60' >"$OUT/session" &
  local ssh=$!
  wait_until has_content "$OUT/session"
  wait_until has_keeper "$ssh"
  kill -KILL "$KEEPER" "$ssh"
  wait "$ssh" || :
  [ "$(stats)" = '[1,0,1,0,0]' ]
  printf 'warm: 99\nno line\0\xff' >"$(namespace)/counters"
  fast host true
  wait_until sh -c "grep -q '^warm: ' '$(namespace)/counters'"
  [ "$(stat -c %s "$(namespace)/counters")" = 512 ]
  # Nobody is led astray by what lies there in its place.
  rm "$(namespace)/counters"
  ln -s "$OUT/elsewhere" "$(namespace)/counters"
  fast host true
  wait_until is_released
  [ ! -e "$OUT/elsewhere" ]
  [ "$(ls_json | jq .namespaces[0].stats)" = null ]
}

@test "a lock that is never let go of keeps no session waiting" {
  export SSH_FAST_CLIENT=native
  fast host true
  flock "$(namespace)/counters" sleep 60 3>&- &
  local holder=$!
  locked() { ! flock -n "$(namespace)/counters" true; }
  wait_until locked
  began_now
  fast host true
  was_at_once
  kill "$(pgrep -P "$holder")"
  wait "$holder" || :
}

# record NUMBER USER HOST WARM COLD COLD-US: a namespace that has counted.
record() {
  local folder
  folder=$ROOT/$(printf '%043d' "$1")
  mkdir -p -m 700 "$ROOT"
  mkdir -m 700 "$folder" "$folder"/{c,free,used}
  (umask 077
    printf '%s\n' 'policy: lease' "machine: $(uname -n)" "destination: $3" "user: $2" \
      "hostname: $3" 'port: 22' 'text: x' >"$folder/endpoint"
    printf '%s\n' "since: $(($(date +%s) - 7200))" "warm: $4" "cold: $5" 'plain-asked: 2' \
      'dead: 1' 'hung: 0' 'wait-us: 61000000' "warm-us: $4" "cold-us: $6" >"$folder/counters")
}

@test "--stats at 80 columns, as it is to look" {
  record 1 root backup.example.org 1000 10 5000000
  record 2 root backup.example.org 500 10 15000000
  record 3 you '10.0.0.7"\x5c' 0 1 1
  run -0 "$LS" --stats
  diff - <(echo "$output") <<'END'
ENDPOINT                  RUNS    WARM  COLD PLAIN DEAD HUNG WAITED SAVED SINCE
root@backup.example.org:22
                          1524    1500    20     4    2    0     2m   24m    2h
you@10.0.0.7"\x5c:22         3       0     1     2    1    0    61s    0s    2h
in all                    1527    1500    21     6    3    0     3m   24m    2h
END
  run -2 "$LS" --stats -l
  run -2 "$LS" --prometheus -j
  [ "$output" = "ssh-fast-ls: options -l, --stats and --prometheus exclude each other (see ssh-fast-ls --help)" ]
}

@test "--prometheus is what node_exporter takes" {
  record 1 root backup.example.org 1000 10 5000000
  record 2 you '10.0.0.7"\x5c' 0 1 1
  "$LS" --prometheus >"$OUT/metrics"
  grep -qF 'ssh_fast_runs_total{endpoint="root@backup.example.org:22",as="",namespace="'"$(printf '%043d' 1)"'",start="warm"} 1000' "$OUT/metrics"
  grep -qF 'endpoint="you@10.0.0.7\"\\x5c:22"' "$OUT/metrics"
  # Each line is a comment, or a sample; all samples of a family in one piece.
  run -1 grep -vE '^# (HELP|TYPE) ssh_fast_[a-z_]+ .+$|^ssh_fast_[a-z_]+\{([a-z]+="([^"\\]|\\.)*",?)+\} [0-9.]+$' "$OUT/metrics"
  [ "$(sed -n 's/^\(ssh_fast_[a-z_]*\){.*/\1/p' "$OUT/metrics" | uniq | sort | uniq -d)" = "" ]
  [ "$(grep -c '^# HELP' "$OUT/metrics")" = "$(sed -n 's/^\(ssh_fast_[a-z_]*\){.*/\1/p' "$OUT/metrics" | uniq | wc -l)" ]
  # Counters end in _total, and nothing else does.
  run -1 grep -E '^# TYPE [a-z_]+_total gauge|^# TYPE [a-z_]*[^l] counter' "$OUT/metrics"
  needs_command promtool
  run -0 promtool check metrics <"$OUT/metrics"
  [ "$output" = "" ]
}
