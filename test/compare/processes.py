"""Processes: whose they are, and how to end them all."""

import ctypes
import os
import signal
import time

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """What our descendants leave behind becomes our child, not init's."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap(known=()):
    """Takes the status of every child that ended; {pid: status} of known ones."""
    statuses = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return statuses
        if pid == 0:
            return statuses
        if pid in known:
            statuses[pid] = status


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


def descendants(of):
    """Living ones, children first."""
    parents = _parents()
    found, row = [], [of]
    while row:
        row = [pid for pid, parent in parents.items() if parent in row]
        found += row
    return found


def words_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().decode(errors="replace").replace("\0", " ").strip()
    except OSError:
        return ""


def end_all(of):
    """Ends all descendants: politely those that may have something to clean."""
    for sign in (signal.SIGTERM, signal.SIGCONT, signal.SIGKILL):
        for pid in descendants(of):
            try:
                os.kill(pid, sign)
            except OSError:
                pass
        if sign == signal.SIGCONT:
            end = time.monotonic() + 0.3
            while descendants(of) and time.monotonic() < end:
                reap()
                time.sleep(0.01)
    while descendants(of):
        reap()
        time.sleep(0.01)
    reap()
