"""The ways to run a case: plain ssh, and ssh-fast by client and by heat."""

import os
import pathlib

CLIENTS = ("default", "ssh", "native", "auto")
ALL = [f"{client}-{heat}" for client in ("ssh", "native", "auto") for heat in ("cold", "warm")]
SHORT = ["default-cold", "default-warm"]


def is_known(way):
    client, _, heat = way.partition("-")
    # Plain ssh once more, as often as wanted: is a case the same each time?
    if client == "plain":
        return True
    return client in CLIENTS and heat in ("cold", "warm")


def prepare(server, ssh_fast):
    """Folders with an ssh in each, for the PATH of a case."""
    for kind, program in (("plain", server.ssh), ("fast", ssh_fast)):
        folder = server.top / kind
        (folder / "bin").mkdir(parents=True)
        # Both are called ssh, whatever looks at their name.
        (folder / "ssh").symlink_to(pathlib.Path(program).resolve())
        script = folder / "bin" / "ssh"
        script.write_text(f'#!/bin/sh\nexec {folder}/ssh -F "${{CONFIG-{server.top}/config}}" "$@"\n')
        script.chmod(0o755)


def environment(way, server, folder):
    kind = "plain" if way.startswith("plain") else "fast"
    variables = {
        "PATH": f"{server.top}/{kind}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(folder / "home"),
        "LC_ALL": "C.UTF-8",
        "SHELL": "/bin/sh",
        "LOGNAME": os.environ.get("LOGNAME", "root"),
        "TOP": str(server.top),
        "DATA": str(server.top / "data"),
        "CONFIG": str(server.top / "config"),
        "PRELUDE": str(pathlib.Path(__file__).parent / "prelude.bash"),
    }
    if kind == "fast":
        client = way.partition("-")[0]
        if client != "default":
            variables["SSH_FAST_CLIENT"] = client
        variables["SSH_FAST_ROOT"] = str(folder / "p")
        variables["SSH_FAST_SSH"] = str(server.ssh)
    return variables
