#!/usr/bin/env python3
"""peer.py ROOT FOLDER UMASK hold | loop SECONDS

A stand-in for the lease manager of bzfs, which shares the folders: it knows
the locks, the two folders and the renames, and nothing else of what ssh-fast
writes there. It makes folders as os.makedirs does, and ends with an exception
where one is not closed to others.
"""
import fcntl
import os
import secrets
import stat
import sys
import time


class Peer:
    TTL = 90

    def __init__(self, root, folder):
        self.top = os.path.join(root, folder)
        self.sockets, self.free, self.used = (os.path.join(self.top, name) for name in ("c", "free", "used"))
        for path in (root, self.top):
            self.make(path)

    @staticmethod
    def make(path):
        os.makedirs(path, mode=0o700, exist_ok=True)
        mode = stat.S_IMODE(os.lstat(path).st_mode)
        if mode != 0o700:
            raise PermissionError("%s has mode %o" % (path, mode))

    def make_all(self):
        for path in (self.sockets, self.free, self.used):
            self.make(path)
        # One that was removed meanwhile has come back as the umask has it.
        self.make(self.top)

    def lock(self, folder, name, flags=0):
        """A descriptor of the locked file, which lies in used/ then; or None."""
        path = os.path.join(folder, name)
        fd = -1
        try:
            fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, 0o600)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if folder != self.used and os.path.exists(os.path.join(self.used, name)):
                raise BlockingIOError
            os.rename(path, os.path.join(self.used, name))
            return fd
        except (BlockingIOError, FileNotFoundError) as error:
            if fd != -1:
                os.close(fd)
            if isinstance(error, FileNotFoundError):
                self.make_all()
            return None

    def find(self, folder):
        for entry in os.scandir(folder):
            if not entry.name.startswith("s") or not entry.is_file(follow_symlinks=False):
                continue
            fd = self.lock(folder, entry.name)
            if fd is None:
                continue
            socket = os.path.join(self.sockets, entry.name)
            try:
                if time.time() - os.stat(socket).st_mtime <= self.TTL:
                    return fd, entry.name
                os.unlink(socket)
            except FileNotFoundError:
                pass
            try:
                os.unlink(os.path.join(self.used, entry.name))
            except FileNotFoundError:
                pass
            os.close(fd)
        return None

    def acquire(self):
        self.make_all()
        lease = self.find(self.free) or self.find(self.used)
        while lease is None:
            name = "s" + secrets.token_urlsafe(8)
            fd = self.lock(self.free, name, os.O_CREAT)
            if fd is not None:
                lease = fd, name
        return lease

    def release(self, lease):
        try:
            os.rename(os.path.join(self.used, lease[1]), os.path.join(self.free, lease[1]))
        except FileNotFoundError:
            pass
        os.close(lease[0])


def main():
    root, folder, umask, what = sys.argv[1:5]
    os.umask(int(umask, 8))
    # The second one is made long before it is used.
    peers = [Peer(root, folder), Peer(root, folder[::-1])]
    if what == "hold":
        lease = peers[0].acquire()
        print(lease[1], flush=True)
        sys.stdin.read()
        peers[0].release(lease)
        return
    end = time.monotonic() + float(sys.argv[5])
    count = 0
    while time.monotonic() < end:
        # The second half of the time has both.
        peer = peers[count % 2 if end - time.monotonic() < float(sys.argv[5]) / 2 else 0]
        lease = peer.acquire()
        time.sleep(0.002)
        peer.release(lease)
        count += 1
    print(count)


main()
