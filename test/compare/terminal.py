"""Somebody at a terminal: a shell in a pseudo-terminal, typed into line by line.

    $ COMMAND      at the shell's next prompt, types the command
    > TEXT         types a line, to whatever reads
    < KEYS         types keys alone: ^C ^Z ^D ^[ ^\\ and so on, ^M for Enter
    ? PATTERN      waits until it is on the screen, after what was awaited last
    - PATTERN      notes whether it is there now, without waiting
    ! file NAME    waits for a file of the case's folder
    ! resize R C   another size of the window
    ! signal NAME  a signal to the foreground's process group
    ! modes        notes the terminal's modes
    ! paste N      types N bytes of lines, as fast as they are taken
    ! pause SECS   lets that time pass, where nothing must happen
    ! hangup       closes the window
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

import normal
import processes

COMMANDS = {
    "bash": ["bash", "--norc", "--noprofile", "--noediting", "-i"],
    "zsh": ["zsh", "-f", "-i", "+o", "zle", "+o", "promptsp", "+o", "promptcr"],
    "fish": ["fish", "--no-config", "-i", "-C",
             "set -g fish_greeting; set -g n 1; function bump --on-event fish_postexec; set -g n (math $n + 1); end;"
             "function fish_prompt; echo -n \"here$n\\$ \"; end; function fish_title; end"],
}
PROMPT = r"here(\d*)\$ \s*\Z"
LOCAL_FLAGS = ("ISIG", "ICANON", "ECHO", "ECHOE", "ECHOK", "ECHONL", "NOFLSH", "TOSTOP", "IEXTEN")
INPUT_FLAGS = ("BRKINT", "ICRNL", "INLCR", "IGNCR", "ISTRIP", "IXON", "IXOFF", "PARMRK")


def modes_of(descriptor):
    """The modes by name, with the special characters as a number each."""
    iflag, oflag, _, lflag, _, _, characters = termios.tcgetattr(descriptor)
    names = [f.lower() for f in INPUT_FLAGS if iflag & getattr(termios, f)]
    names += [f.lower() for f in ("OPOST", "ONLCR", "OCRNL") if oflag & getattr(termios, f)]
    names += [f.lower() for f in LOCAL_FLAGS if lflag & getattr(termios, f)]
    chars = "".join("%02x" % (c if isinstance(c, int) else c[0]) for c in characters[:17])
    return " ".join(names) + " " + chars


def keys(text):
    return re.sub(r"\^([@-_?])", lambda m: "\x7f" if m[1] == "?" else chr(ord(m[1]) & 31), text)


class Gone(Exception):
    """The shell does not come back, or is not there any more."""


class Terminal:
    def __init__(self, case, env, folder):
        self.case, self.folder = case, folder
        self.text, self.mark = "", 0
        self.notes, self.missed = [], 0
        # fish paints a prompt more than once: its prompts are numbered.
        self.prompt, self.closed, self.hung_up = 0, False, False
        self.end = time.monotonic() + case.deadline
        rows = int(case.values.get("rows", 24))
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                env = dict(env, PS1="here$ ", PS2="", TERM=case.values.get("term", "dumb" if case.shell != "fish" else "xterm"))
                for number in range(1, signal.NSIG):
                    if number not in (signal.SIGKILL, signal.SIGSTOP) and not 32 <= number <= 33:
                        signal.signal(number, signal.SIG_DFL)
                os.chdir(folder)
                os.execvpe(COMMANDS[case.shell][0], COMMANDS[case.shell], env)
            finally:
                os._exit(127)
        self.resize(rows, 80)

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, wait):
        """Takes what comes within that time; whether something came."""
        if self.closed:
            time.sleep(wait)
            return False
        if not select.select([self.fd], [], [], max(wait, 0))[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        if not data:
            self.closed = True
            return False
        if b"\x1b[c" in data:
            # fish 4 asks the terminal what it is, and waits.
            os.write(self.fd, b"\x1b[?1;2c")
        self.text += data.decode(errors="backslashreplace")
        return True

    def shown(self):
        return normal.plain_text(self.text[self.mark:])

    def await_pattern(self, pattern, seconds):
        """The match, or None when time is over or the terminal is closed."""
        end = min(time.monotonic() + (1 if self.missed else seconds), self.end)
        while True:
            match = re.search(pattern, self.shown(), re.M)
            if match:
                return match
            if self.closed or time.monotonic() > end:
                return None
            self.read(0.05)

    def await_prompt(self):
        """A new prompt, with nothing behind it."""
        while True:
            match = self.await_pattern(PROMPT, self.case.deadline)
            if not match:
                raise Gone
            number = int(match[1] or self.prompt + 1)
            if number > self.prompt:
                break
            self.read(0.02)
        self.prompt = number
        while self.read(0):
            pass
        self.mark = len(self.text)

    def write(self, text):
        data = text.encode()
        while data and not self.closed:
            ready = select.select([self.fd], [self.fd], [], 1)
            if ready[0]:
                self.read(0)
            if ready[1]:
                data = data[os.write(self.fd, data[:1024]):]
            if time.monotonic() > self.end:
                raise Gone

    def look(self, pattern):
        match = self.await_pattern(pattern, 8)
        if match is None:
            self.missed += 1
            self.notes.append(f"not seen: {pattern}")
            return
        self.notes.append("seen: " + (" ".join(g or "" for g in match.groups()) if match.groups() else pattern))
        # What comes next is looked for behind it: as many characters of the
        # raw text as make up the plain one.
        self.skip(match.end())

    def skip(self, count):
        less, more = self.mark, len(self.text)
        while less < more:
            middle = (less + more) // 2
            if len(normal.plain_text(self.text[self.mark:middle])) < count:
                less = middle + 1
            else:
                more = middle
        self.mark = less

    def await_file(self, name):
        end = min(time.monotonic() + 8, self.end)
        while not (self.folder / name).exists():
            if time.monotonic() > end:
                self.missed += 1
                self.notes.append(f"no file {name}")
                return
            self.read(0.02)

    def act(self, name, *arguments):
        if name == "file":
            self.await_file(*arguments)
        elif name == "resize":
            self.resize(*map(int, arguments))
        elif name == "signal":
            os.killpg(os.tcgetpgrp(self.fd), getattr(signal, "SIG" + arguments[0]))
        elif name == "modes":
            self.notes.append("modes: " + modes_of(self.fd))
        elif name == "paste":
            self.write("".join("%07d\r" % n for n in range(int(arguments[0]) // 8)))
        elif name == "pause":
            end = time.monotonic() + float(arguments[0])
            while time.monotonic() < end:
                self.read(0.02)
        elif name == "hangup":
            os.close(self.fd)
            self.closed = self.hung_up = True
        else:
            raise ValueError(f"no action {name}")

    def step(self, line):
        sign, _, rest = line.partition(" ")
        if sign == "$":
            self.await_prompt()
            self.write(rest + "\r")
        elif sign == ">":
            self.write(rest + "\r")
        elif sign == "<":
            self.write(keys(rest))
        elif sign == "?":
            self.look(rest)
        elif sign == "-":
            there = re.search(rest, self.shown(), re.M)
            self.notes.append(("there: " if there else "not there: ") + rest)
        elif sign == "!":
            self.act(*rest.split())
        else:
            raise ValueError(f"no step {line}")


def settled_modes(terminal, wanted=None):
    """The modes at a prompt, which a shell may set just after it has shown it."""
    end = time.monotonic() + (0.2 if wanted is None else 1)
    while (modes := modes_of(terminal.fd)) != wanted and time.monotonic() < end:
        terminal.read(0.02)
    return modes


def run(case, env, folder, tidy):
    start = time.monotonic()
    terminal = Terminal(case, env, folder)
    status, before = "ended", None
    try:
        terminal.await_pattern(PROMPT, 10)
        before = settled_modes(terminal)
        for line in case.lines:
            terminal.step(line)
        if not terminal.hung_up:
            terminal.await_prompt()
            after = settled_modes(terminal, before)
            terminal.notes.append("modes afterwards: " + ("as before" if after == before else f"{before} | {after}"))
    except Gone:
        status = "the shell is gone" if terminal.closed else "hangs"
    seconds = time.monotonic() - start
    if not terminal.hung_up:
        os.close(terminal.fd)
    processes.reap()
    # fish paints its line anew as it likes.
    return {"status": status, "seconds": seconds, "screen": terminal.text, "loose": case.has("loose") or case.shell == "fish",
            "notes": [tidy.text(n) for n in terminal.notes],
            "stdout": "", "stderr": ""}
