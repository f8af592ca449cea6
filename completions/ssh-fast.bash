# bash completion of ssh-fast: its own options, then all that bash completes
# for ssh.

_ssh_fast() {
  local current=${COMP_WORDS[COMP_CWORD]} word i
  # Own options come first: behind any other word, everything is ssh's.
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    # bash makes words of their own of "=" and of what follows it.
    if [[ $word != --?* && $word != = && ${COMP_WORDS[i - 1]} != = ]]; then
      _ssh_fast_as_ssh
      return
    fi
  done
  # The word as typed, "=" and all.
  word=${COMP_LINE:0:COMP_POINT}
  case ${word##* } in
  --probe=*) mapfile -t COMPREPLY < <(compgen -W 'native ssh none' -- "${current#=}") ;;
  --client=*) mapfile -t COMPREPLY < <(compgen -W 'ssh' -- "${current#=}") ;;
  --root=*) mapfile -t COMPREPLY < <(compgen -d -- "${current#=}") ;;
  --ssh=*) mapfile -t COMPREPLY < <(compgen -c -- "${current#=}") ;;
  --*)
    mapfile -t COMPREPLY < <(compgen -W '--root= --namespace= --probe=
      --probe-timeout= --persist= --no-touch --client= --strict --ssh=
      --explain --verbose --help --version' -- "$current")
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then
      compopt -o nospace
    fi
    ;;
  *) _ssh_fast_as_ssh ;;
  esac
}

# Hands over to the completion of ssh, which is loaded when it is first needed.
_ssh_fast_as_ssh() {
  if ! declare -F _ssh >/dev/null && declare -F _completion_loader >/dev/null; then
    _completion_loader ssh
  fi
  if declare -F _ssh >/dev/null; then
    _ssh ssh "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  else
    mapfile -t COMPREPLY < <(compgen -A hostname -- "${COMP_WORDS[COMP_CWORD]}")
  fi
}

complete -F _ssh_fast ssh-fast
