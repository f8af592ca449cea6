"""Reads the lists of cases: cases/*.cases.

    name: tags
        lines

A name stands at the beginning of its line, what belongs to it is indented.
Without a shell among its tags, a case is a bash script. With one (bash, zsh,
fish), its lines are what somebody does at a terminal with that shell on it;
several shells make several cases, NAME/bash and so on. README says more.
"""

import pathlib
import re
import shlex

SHELLS = ("bash", "zsh", "fish")
WORDS = {"short", "alone", "loose", "root", "stays"}
VALUES = {"warm", "deadline", "term", "needs", "rows"}


class Mistake(Exception):
    """A list that cannot be read; the text names the line."""


class Case:
    def __init__(self, name, shell, words, values, lines, where):
        self.name = name
        self.shell = shell
        self.words = words
        self.values = values
        self.lines = lines
        self.where = where
        self.deadline = float(values.get("deadline", 20))
        # What a run before the measured one is given, to have a master live.
        self.warm = shlex.split(values.get("warm", "h"))

    def has(self, word):
        return word in self.words


def _make(name, tags, lines, where):
    words, values, shells = set(), {}, []
    for tag in shlex.split(tags):
        key, is_value, value = tag.partition("=")
        if tag in SHELLS:
            shells.append(tag)
        elif is_value and key in VALUES:
            values[key] = value
        elif tag in WORDS:
            words.add(tag)
        else:
            raise Mistake(f"{where}: unknown tag {tag}")
    if not lines:
        raise Mistake(f"{where}: {name} has no lines")
    if len(shells) < 2:
        return [Case(name, shells[0] if shells else None, words, values, lines, where)]
    return [Case(f"{name}/{s}", s, words if s == shells[0] else words - {"short"}, values, lines, where) for s in shells]


def _read(path):
    cases, header, lines = [], None, []
    for number, line in enumerate(path.read_text().splitlines() + ["end:"], 1):
        where = f"{path.name}:{number}"
        if line.startswith("#") or not line.strip():
            continue
        if line[0].isspace():
            if header is None:
                raise Mistake(f"{where}: a line of no case")
            lines.append(line[4:] if line.startswith("    ") else line.lstrip())
            continue
        match = re.fullmatch(r"([a-z0-9][A-Za-z0-9-]*):\s*(.*)", line)
        if not match:
            raise Mistake(f"{where}: neither a case nor a line of one: {line}")
        if header:
            cases += _make(*header[:2], lines, header[2])
        header, lines = (match[1], match[2], where), []
    return cases


def read_all(folder):
    cases = []
    for path in sorted(pathlib.Path(folder).glob("*.cases")):
        cases += _read(path)
    names = [case.name for case in cases]
    for name in names:
        if names.count(name) > 1:
            raise Mistake(f"two cases have the name {name}")
    return cases
