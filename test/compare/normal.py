"""What may differ from run to run is made the same: pids, paths, ports."""

import re

ESCAPES = re.compile(r"\x1b(?:\[[0-9;?<=>!]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()*+][A-Za-z0-9]|[=>78cDEHMNOZ])")


def plain_text(text):
    """Without what only moves a cursor or colours."""
    text = ESCAPES.sub("", text).replace("\x07", "").replace("\x0f", "")
    return text.replace("\r\n", "\n")


class Normaliser:
    def __init__(self, run_folder, top, ports):
        self.replacements = [(str(run_folder), "RUN"), (f"{top}/plain/", "TOP/"), (f"{top}/fast/", "TOP/"), (str(top), "TOP")]
        self.ports = [(re.compile(rf"\b{port}\b"), f"PORT-{host}") for host, port in ports.items()]

    def text(self, text):
        for old, new in self.replacements:
            text = text.replace(old, new)
        for old, new in self.ports:
            text = old.sub(new, text)
        # A shell's announcement of a job, and what else is a pid.
        text = re.sub(r"^(\[\d+\])(?: \d+)+$", r"\1 PID", text, flags=re.M)
        text = re.sub(r"\b(pid|PID)([ =:]+)\d+", r"\1\2PID", text)
        text = re.sub(r"\b(job \d+)\[\d+\]", r"\1[PID]", text)
        # A script's own messages name its file and line.
        text = re.sub(r"RUN/script: line \d+: ", "script: ", text)
        return re.sub(r"^(script:) +\d+ ", r"\1 PID ", text, flags=re.M)


def file_digest(path):
    """A small file as it is, of a large one its length and a digest."""
    import hashlib

    data = path.read_bytes()
    if len(data) <= 4000:
        return data.decode(errors="backslashreplace")
    return f"{len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()[:16]}"
