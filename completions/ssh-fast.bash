# bash completion of ssh-fast and the programs beside it.

# _ssh_fast_offer CURRENT CANDIDATE...: offers those that begin with CURRENT.
# bash replaces only what follows the last "=" or ":" in it, as long as those
# are in COMP_WORDBREAKS.
_ssh_fast_offer() {
  local current=$1 before breaks='' candidate
  shift
  if [[ $COMP_WORDBREAKS == *=* ]]; then breaks+='='; fi
  if [[ $COMP_WORDBREAKS == *:* ]]; then breaks+=':'; fi
  before=${breaks:+${current%"${current##*["$breaks"]}"}}
  for candidate; do
    if [[ $candidate == "$current"* ]]; then
      COMPREPLY+=("${candidate#"$before"}")
    fi
  done
  if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace
  fi
}

# _ssh_fast_option CURRENT OPTION...: completes an option, or its value.
_ssh_fast_option() {
  local current=$1 found=()
  shift
  case $current in
  --root=*)
    mapfile -t found < <(compgen -d -- "${current#*=}")
    compopt -o filenames
    _ssh_fast_offer "$current" "${found[@]/#/--root=}"
    ;;
  --ssh=*)
    mapfile -t found < <(compgen -c -- "${current#*=}" | sort -u)
    _ssh_fast_offer "$current" "${found[@]/#/--ssh=}"
    ;;
  *) _ssh_fast_offer "$current" "$@" ;;
  esac
}

# Calls the completion of ssh, without our own words at the beginning of the
# line.
_ssh_fast_as_ssh() {
  local beginning=$1 at=0 i words
  for ((i = 0; i < COMP_CWORD; i++)); do
    while [[ ${COMP_LINE:at:1} == [[:blank:]] ]]; do at=$((at + 1)); done
    if ((at >= ${#beginning})); then break; fi
    at=$((at + ${#COMP_WORDS[i]}))
  done
  words=(ssh "${COMP_WORDS[@]:i}")
  local COMP_LINE="ssh ${COMP_LINE:${#beginning}}"
  local COMP_POINT=$((COMP_POINT - ${#beginning} + 4))
  local COMP_CWORD=$((COMP_CWORD - i + 1))
  local COMP_WORDS=("${words[@]}")
  if declare -F _comp_command_offset >/dev/null; then
    _comp_command_offset 0
  elif declare -F _command_offset >/dev/null; then
    _command_offset 0
  else
    mapfile -t COMPREPLY < <(compgen -A hostname -- "${COMP_WORDS[COMP_CWORD]}")
  fi
}

_ssh_fast() {
  local line=${COMP_LINE:0:COMP_POINT} beginning current
  COMPREPLY=()
  # Own options come first. After any other word, all options are those of ssh.
  [[ $line =~ ^[[:blank:]]*[^[:blank:]]+([[:blank:]]+--[^[:blank:]]+)*[[:blank:]]+ ]]
  beginning=${BASH_REMATCH[0]}
  current=${line:${#beginning}}
  case $current in
  *[[:blank:]]*) _ssh_fast_as_ssh "$beginning" ;;
  --probe=*) _ssh_fast_offer "$current" --probe={native,ssh,e2e,none} ;;
  --client=*) _ssh_fast_offer "$current" --client={auto,ssh,native} ;;
  --*)
    _ssh_fast_option "$current" --root= --namespace= --probe= \
      --probe-timeout= --trust= --answer-timeout= --health --health= --persist= --max-age= --no-touch \
      --client= --strict --reuse-only --slots= --cold= --plain --warm --warm= --stop --ssh= --log= --explain --verbose --help \
      --version
    ;;
  *) _ssh_fast_as_ssh "$beginning" ;;
  esac
}

# Offers the endpoints. Their names come from servers and from other users'
# folders, so a name that the shell would expand is not offered.
_ssh_fast_endpoint() {
  local line=$1 current=$2 root=() found
  if [[ $line =~ [[:blank:]](--root=[^[:blank:]]+) ]]; then
    root=("${BASH_REMATCH[1]}")
  fi
  mapfile -t found < <(ssh-fast-ls "${root[@]}" 2>/dev/null |
    sed -n '1!s/ .*//p' | grep -x '[][A-Za-z0-9@:._%+-]*' | sort -u)
  _ssh_fast_offer "$current" "${found[@]}"
}

_ssh_fast_ls() {
  local line=${COMP_LINE:0:COMP_POINT} current
  current=${line##*[[:blank:]]}
  COMPREPLY=()
  case $current in
  --probe=*) _ssh_fast_offer "$current" --probe={native,e2e,none} ;;
  -*) _ssh_fast_option "$current" -l --paths -j --stats --prometheus -q --watch --watch= --probe= --health --health= --root= --help --version ;;
  *) _ssh_fast_endpoint "$line" "$current" ;;
  esac
}

_ssh_fast_gc() {
  local line=${COMP_LINE:0:COMP_POINT} current
  current=${line##*[[:blank:]]}
  COMPREPLY=()
  case $current in
  -*)
    _ssh_fast_option "$current" -n -q -v -j --ttl= --exit-idle --exit-idle= --retire \
      --root= --help --version
    ;;
  *) _ssh_fast_endpoint "$line" "$current" ;;
  esac
}

_ssh_fast_health() {
  local line=${COMP_LINE:0:COMP_POINT} current
  current=${line##*[[:blank:]]}
  COMPREPLY=()
  case $current in
  -*)
    _ssh_fast_option "$current" -j -q -p -F --fields --timeout= --known-hosts= --endpoints= --ssh= \
      --root= --help --version
    ;;
  *) _ssh_fast_as_ssh "${line%"$current"}" ;;
  esac
}

complete -F _ssh_fast ssh-fast
complete -F _ssh_fast_ls ssh-fast-ls
complete -F _ssh_fast_gc ssh-fast-gc
complete -F _ssh_fast_health ssh-fast-health
