"""Processes: whose they are, and how to end them all."""

import ctypes
import os
import signal
import time

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """What our descendants leave behind becomes our child, not init's."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap():
    """Takes the status of every child that ended; whether any child is left.

    Where orphans are adopted, no child means no descendant."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return True
        except ChildProcessError:
            return False


def _parents():
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
            except OSError:
                continue
            if fields[0] not in (b"Z", b"X"):
                parents[int(name)] = int(fields[1])
    return parents


def descendants(of, beyond=lambda pid: True):
    """Living ones, children first; where beyond says no, that one and what is below are passed over."""
    parents = _parents()
    found, row = [], [of]
    while row:
        row = [pid for pid, parent in parents.items() if parent in row and beyond(pid)]
        found += row
    return found


def words_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().decode(errors="replace").replace("\0", " ").strip()
    except OSError:
        return ""


def _signal(pids, *signs):
    for pid in pids:
        for sign in signs:
            try:
                os.kill(pid, sign)
            except OSError:
                pass


def end_all(of):
    """Ends all descendants: politely those that may have something to clean."""
    if not reap():
        return
    _signal(descendants(of), signal.SIGTERM, signal.SIGCONT)
    end = time.monotonic() + 0.3
    while reap() and time.monotonic() < end:
        time.sleep(0.005)
    while reap():
        _signal(descendants(of), signal.SIGKILL)
        time.sleep(0.005)
