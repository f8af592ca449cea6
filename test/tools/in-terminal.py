#!/usr/bin/env python3
"""in-terminal.py OPTION... -- COMMAND...: runs the command in a terminal of its
own, prints what it shows, and ends with its status (128 and more: a signal).

  own       the terminal is its controlling one (default), with
  foreign   it is not: only its descriptors
  locked    nobody may open it by its name
  hangup    it is hung up once "ready" was shown; then its status alone counts
  do=TEXT   is a shell command to run then, before anything is typed
  keys=TEXT is typed once "ready" was shown; with python's escapes
  size=N    so many bytes are typed after that, of all values but ~
"""

import fcntl
import os
import select
import signal
import sys
import termios
import time


def start(command, options):
    near, far = os.openpty()
    if "locked" in options:
        os.chmod(os.ttyname(far), 0)
    pid = os.fork()
    if pid == 0:
        os.close(near)
        os.setsid()
        if "foreign" not in options:
            fcntl.ioctl(far, termios.TIOCSCTTY, 0)
        for fd in range(3):
            os.dup2(far, fd)
        os.execvp(command[0], command)
    os.close(far)
    return pid, near


def keys(options):
    text = b""
    for option in options:
        if option.startswith("keys="):
            text += option[5:].encode().decode("unicode_escape").encode("latin1")
        elif option.startswith("size="):
            values = bytes(value for value in range(256) if value != ord("~"))
            text += (values * (int(option[5:]) // 255 + 1))[: int(option[5:])]
    return text


def converse(near, options):
    shown, typed = b"", b""
    left = None
    os.set_blocking(near, False)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if left is None and b"ready" in shown:
            left = keys(options)
            for option in options:
                if option.startswith("do="):
                    os.system(option[3:])
            if "hangup" in options:
                return shown
        select.select([near], [near] if left else [], [], 1)
        try:
            if left:
                left = left[os.write(near, left[:4096]) :]
        except BlockingIOError:
            pass
        try:
            some = os.read(near, 65536)
        except BlockingIOError:
            continue
        except OSError:
            return shown
        if not some:
            return shown
        shown += some
    return shown + b"[too late]"


def main():
    cut = sys.argv.index("--")
    options, command = sys.argv[1:cut], sys.argv[cut + 1 :]
    pid, near = start(command, options)
    shown = converse(near, options)
    os.close(near)
    if shown.endswith(b"[too late]"):
        os.kill(pid, signal.SIGKILL)
    sys.stdout.buffer.write(shown)
    sys.stdout.flush()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) % 256)


main()
