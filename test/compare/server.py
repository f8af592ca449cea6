"""The one sshd that all cases share, on loopback, and the folder of a whole run.

The server listens on several ports, which are hosts in the client's
configuration:

    h      as sshd comes
    one    MaxSessions 1
    two    another server, to the eye: it sets WHERE=two
    login  a login ends in a plain sh with the prompt "far$ ", whoever's it is
    locked no public key is taken
"""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

HOSTS = ("h", "one", "two", "login", "locked")
RELAY = """import os, socket, sys, threading
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def up():
    while data := os.read(0, 65536):
        s.sendall(data)
    s.shutdown(socket.SHUT_WR)
threading.Thread(target=up, daemon=True).start()
while data := s.recv(65536):
    os.write(1, data)
os._exit(0)
"""
DATA = {"empty": 0, "small": 3_000, "middle": 300_000, "large": 3_000_000}


def _free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Server:
    """Files below self.top, and a running sshd; use it in a with statement."""

    def __init__(self, ssh, sshd):
        self.ssh, self.sshd = ssh, sshd
        self.process = None

    def __enter__(self):
        os.umask(0o022)
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="cmp.", dir="/tmp"))
        try:
            self._make_keys()
            self._make_data()
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        shutil.rmtree(self.top, ignore_errors=True)

    def _make_keys(self):
        for name in ("host_key", "id", "other_id"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", self.top / name], check=True)
        shutil.copy(self.top / "id.pub", self.top / "authorized_keys")
        key = " ".join((self.top / "host_key.pub").read_text().split()[:2])
        (self.top / "known_hosts").write_text("".join(f"{host} {key}\n" for host in HOSTS))

    def _make_data(self):
        (self.top / "data").mkdir()
        for name, size in DATA.items():
            lines = b"".join(b"%07d\n" % n for n in range(size // 8 + 1))
            (self.top / "data" / name).write_bytes(lines[:size])

        # What nc would do, which is not everywhere.
        (self.top / "relay.py").write_text(RELAY)

    def _options(self):
        # Since 9.8 a server locks out who connects too often without a login.
        options = ["PerSourcePenalties no"]
        return [o for o in options if self._takes(o)]

    def _takes(self, line):
        probe = self.top / "probe"
        probe.write_text(f"HostKey {self.top}/host_key\n{line}\n")
        return subprocess.run([self.sshd, "-t", "-f", probe], capture_output=True).returncode == 0

    def _write(self, ports):
        lines = [f"Port {port}" for port in ports.values()]
        lines += [
            "ListenAddress 127.0.0.1",
            f"HostKey {self.top}/host_key",
            f"AuthorizedKeysFile {self.top}/authorized_keys",
            f"PidFile {self.top}/sshd.pid",
            "UsePAM no",
            "StrictModes no",
            "LogLevel VERBOSE",
            "MaxStartups 1000",
            # The default costs both sides ten times the processor time of this.
            "KexAlgorithms curve25519-sha256",
            "PrintMotd no",
            "PrintLastLog no",
            "Subsystem sftp internal-sftp",
            "AcceptEnv LC_* GIT_PROTOCOL SF_*",
            # bash reads no start-up file of the user's when it is nested.
            "SetEnv SHLVL=5 HISTFILE=/dev/null",
            *self._options(),
            f"Match LocalPort {ports['one']}",
            " MaxSessions 1",
            f"Match LocalPort {ports['two']}",
            " SetEnv SHLVL=5 WHERE=two",
            f"Match LocalPort {ports['login']}",
            " ForceCommand cd /; PS1='far$ ' ENV= exec sh",
            f"Match LocalPort {ports['locked']}",
            " PubkeyAuthentication no",
        ]
        (self.top / "sshd_config").write_text("\n".join(lines) + "\n")
        client = []
        for host in HOSTS:
            client += [f"Host {host}", f"  Port {ports[host]}", f"  HostKeyAlias {host}"]
        client += [
            "Host *",
            # Since 10.1 ssh warns of this key exchange at each login.
            "  IgnoreUnknown WarnWeakCrypto",
            "  WarnWeakCrypto no",
            "  HostName 127.0.0.1",
            f"  IdentityFile {self.top}/id",
            "  IdentitiesOnly yes",
            f"  UserKnownHostsFile {self.top}/known_hosts",
            "  GlobalKnownHostsFile none",
            "  StrictHostKeyChecking yes",
            "  PasswordAuthentication no",
            "  KbdInteractiveAuthentication no",
            "  UpdateHostKeys no",
        ]
        (self.top / "config").write_text("\n".join(client) + "\n")

    def _start(self):
        if os.geteuid() == 0:
            # sshd wants it; a package's installation makes it.
            os.makedirs("/run/sshd", 0o755, exist_ok=True)
        for _ in range(5):
            self.ports = dict(zip(HOSTS, _free_ports(len(HOSTS))))
            self._write(self.ports)
            with open(self.top / "sshd.log", "wb") as log:
                self.process = subprocess.Popen(
                    [self.sshd, "-D", "-e", "-f", self.top / "sshd_config"],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
            for _ in range(500):
                if (self.top / "sshd.pid").exists():
                    # It goes on where it gets some of its ports: somebody else may have had the same.
                    if (self.top / "sshd.log").read_text().count("Server listening on ") == len(HOSTS):
                        return
                    self.process.terminate()
                if self.process.poll() is not None:
                    break
                time.sleep(0.01)
        raise SystemExit("compare: sshd does not start: " + (self.top / "sshd.log").read_text()[-2000:])
