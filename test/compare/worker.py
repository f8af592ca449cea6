"""One run of one case in one way, in a process of its own."""

import json
import os
import re
import shutil
import signal
import subprocess
import time

import normal
import processes
import terminal
import ways


def _reset_signals():
    os.setsid()
    for number in range(1, signal.NSIG):
        try:
            signal.signal(number, signal.SIG_DFL)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _has_released(root):
    return not any(root.glob("*/used/*"))


def _warm_up(case, env, folder):
    """A run before, whose master stays."""
    subprocess.run(["ssh", *case.warm, "true"], env=env, cwd=folder / "w", stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20, check=False,
                   executable=env["PATH"].split(":")[0] + "/ssh")
    end = time.monotonic() + 2
    while not _has_released(folder / "p") and time.monotonic() < end:
        time.sleep(0.01)


def _run_script(case, env, folder):
    """A bash script, without a terminal, its output in files."""
    script = folder / "script"
    script.write_text(". \"$PRELUDE\"\n" + "\n".join(case.lines) + "\n")
    start = time.monotonic()
    with open(folder / "out", "wb") as out, open(folder / "err", "wb") as err:
        process = subprocess.Popen(["bash", "--norc", script], env=env, cwd=folder / "w",
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=err, preexec_fn=_reset_signals)
        status = "hangs"
        try:
            status = str(process.wait(case.deadline))
        except subprocess.TimeoutExpired:
            pass
    return {
        "status": status,
        "seconds": time.monotonic() - start,
        "stdout": (folder / "out").read_bytes().decode(errors="backslashreplace"),
        "stderr": (folder / "err").read_bytes().decode(errors="backslashreplace"),
    }


def _is_no_master(pid):
    """Masters name their socket, but for those that were told to stop."""
    return not re.search(r"/c/s[A-Za-z0-9_-]{11}\b|^ssh: .*\[stopped mux\]$", processes.words_of(pid))


def _left_behind(own):
    """What goes on running here, but for masters and what they run: their words name a socket."""
    wait = 0.02
    while processes.reap():
        left = processes.descendants(own, _is_no_master)
        if not left:
            break
        if wait > 0.5:
            return sorted(processes.words_of(pid) for pid in left)
        time.sleep(wait)
        wait *= 2
    return []


def _files(folder):
    """What the case has written into its folder."""
    return {str(path.relative_to(folder)): normal.file_digest(path)
            for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()}


def measure(case, way, server, number):
    folder = server.top / f"{number}"
    for part in ("w", "home"):
        (folder / part).mkdir(parents=True, mode=0o700)
    env = ways.environment(way, server, folder)
    tidy = normal.Normaliser(folder, server.top, server.ports)
    if way.endswith("-warm"):
        _warm_up(case, env, folder)
    if case.shell:
        result = terminal.run(case, env, folder / "w", tidy)
    else:
        result = _run_script(case, env, folder)
    if result["status"] == "hangs" or case.has("stays"):
        result["left"] = []
    else:
        result["left"] = _left_behind(os.getpid())
    result["files"] = _files(folder / "w")
    processes.end_all(os.getpid())
    shutil.rmtree(folder, ignore_errors=True)
    for key in ("stdout", "stderr", "screen"):
        if key in result:
            result[key] = tidy.text(normal.plain_text(result[key]))
    result["left"] = [tidy.text(words) for words in result["left"]]
    result["files"] = {name: tidy.text(text) for name, text in result["files"].items()}
    return result


def run(case, way, server, number, pipe, deadline):
    """The whole life of a worker process; never returns."""
    code = 1
    case.deadline = deadline
    try:
        os.setpgid(0, 0)
        processes.adopt_orphans()
        try:
            result = measure(case, way, server, number)
        except Exception as error:  # what goes wrong here belongs to the case
            result = {"broken": f"{type(error).__name__}: {error}"}
            processes.end_all(os.getpid())
        data = json.dumps(result).encode()
        while data:
            data = data[os.write(pipe, data):]
        code = 0
    finally:
        os._exit(code)
