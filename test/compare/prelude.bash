# What the scripts of cases may use.

exec {SILENCE}<> <(:)
# A moment, without a process of its own.
moment() { read -rt 0.02 -u "$SILENCE" || :; }
# await FILE [TEXT]: until it is there (and holds that text), ten seconds at most.
await() {
  local tries=0
  until [ -e "$1" ] && { [ $# = 1 ] || grep -q -e "$2" "$1"; }; do
    if [ $((tries += 1)) -gt 400 ]; then
      echo "await: no $1 ${2-}"
      return 1
    fi
    moment
  done
}
# ended PID: until that process is gone, or its status waits to be taken.
ended() {
  local tries=0
  while kill -0 "$1" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; do
    if [ $((tries += 1)) -gt 400 ]; then
      echo "ended: it lives on"
      return 1
    fi
    moment
  done
}
# in_state LETTER PID: until /proc says so; then the letter.
in_state() {
  local tries=0 line
  until line=$(grep -s '^State:' "/proc/$2/status") && [[ $line = State:?$1* ]]; do
    if [ $((tries += 1)) -gt 100 ]; then
      echo "in_state: not $1 but ${line:-gone}"
      return 1
    fi
    moment
  done
  echo "$1"
}
# status COMMAND...: runs it, and says how it ended.
status() {
  "$@"
  echo "status $?"
}
# size: how many bytes come.
size() { wc -c | tr -d ' '; }
# long COMMAND...: a class of the time that it takes, below or above two seconds.
long() {
  local start=${EPOCHREALTIME/[.,]/}
  "$@"
  local status=$? took=$((${EPOCHREALTIME/[.,]/} - start))
  if [ "$took" -lt 2000000 ]; then echo "soon"; else echo "late"; fi
  return "$status"
}
# free_port: one that nobody listens at.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# port HOST: where that host of the configuration listens.
port() { sed -n "/^Host $1\$/,/Port/s/.*Port //p" "$CONFIG"; }
# listens PORT: until somebody does; banner PORT: what a server there says first.
listens() {
  local tries=0
  until (exec 9<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    if [ $((tries += 1)) -gt 400 ]; then return 1; fi
    moment
  done
}
banner() { (exec 9<>"/dev/tcp/127.0.0.1/$1" && head -c 4 <&9) 2>/dev/null || echo refused; }
# lost COMMAND...: its status, and that the loss of the connection is told: in
# which of two ways is a race of plain ssh's own.
words_of_loss() { sed -E 's,^(client_loop: send disconnect: Broken pipe|Connection reset by 127.0.0.1 port [0-9]+|Connection to 127.0.0.1 closed by remote host.)$,(the connection is lost),'; }
lost() {
  "$@" 2>lost
  local status=$?
  tr -d '\r' <lost | words_of_loss >&2
  rm lost
  echo "status $status" >&2
}
# root_at DIR: where the pools of this case are, from now on.
root_at() { if [ -n "${SSH_FAST_ROOT-}" ]; then SSH_FAST_ROOT=$1; fi; }
