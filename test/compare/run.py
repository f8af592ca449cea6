#!/usr/bin/env python3
"""Runs each case with plain ssh and with ssh-fast, and says what differs.

run.py [--short] [--ways=WAY,...] [--jobs=N] [--list] [--show] [CASE...]

A line for each difference, a summary last; status 1 where something differs.
ONLY=REGEX narrows the cases, as names do. SSH and SSHD are the real ones,
BUILD the folder of ssh-fast. --show prints what each run gave.
"""

import argparse
import json
import os
import pathlib
import re
import selectors
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import caselist  # noqa: E402
import processes  # noqa: E402
import report  # noqa: E402
import server as servers  # noqa: E402
import ways as all_ways  # noqa: E402
import worker  # noqa: E402


def options():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("--short", action="store_true", help="the most telling cases, by the default client")
    parser.add_argument("--ways", type=lambda t: t.split(","), help=",".join(all_ways.ALL))
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("JOBS") or 16))
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    parser.add_argument("--show", action="store_true", help="print what each run gave")
    parser.add_argument("cases", nargs="*")
    chosen = parser.parse_args()
    if not chosen.ways:
        chosen.ways = all_ways.SHORT if chosen.short else all_ways.ALL
    unknown = [way for way in chosen.ways if not all_ways.is_known(way)]
    if unknown:
        parser.error(f"no such way: {unknown[0]}")
    return chosen


def choose(cases, chosen):
    known = {name for case in cases for name in (case.name, case.name.partition("/")[0])}
    for name in chosen.cases:
        if name not in known:
            raise caselist.Mistake(f"no case {name}")
    if chosen.cases:
        cases = [c for c in cases if c.name in chosen.cases or c.name.partition("/")[0] in chosen.cases]
    elif chosen.short:
        cases = [c for c in cases if c.has("short")]
    if os.environ.get("ONLY"):
        cases = [c for c in cases if re.search(os.environ["ONLY"], c.name)]
    return cases


def left_out(case):
    """Why a case cannot run here, or None."""
    if case.has("root") and os.geteuid() != 0:
        return "only root can"
    for program in (case.values.get("needs", "") + "," + (case.shell or "")).split(","):
        if program and not shutil.which(program):
            return f"no {program}"
    return None


class Runs:
    """Runs under way, a few at a time."""

    def __init__(self, server):
        self.server = server
        self.number = 0
        self.selector = selectors.DefaultSelector()
        self.living = {}

    def start(self, case, way, deadline):
        self.number += 1
        here, there = os.pipe()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            os.close(here)
            worker.run(case, way, self.server, self.number, there, deadline)
        os.close(there)
        until = time.monotonic() + deadline * 2 + 40
        self.living[here] = {"pid": pid, "tag": (case, way), "data": b"", "until": until}
        self.selector.register(here, selectors.EVENT_READ)

    def _finish(self, descriptor):
        run = self.living.pop(descriptor)
        self.selector.unregister(descriptor)
        os.close(descriptor)
        os.waitpid(run["pid"], 0)
        return run["tag"], json.loads(run["data"] or b'{"broken": "the worker ended"}')

    def collect(self):
        """Waits; gives ((case, way), result) of those that ended."""
        for key, _ in self.selector.select(1):
            data = os.read(key.fd, 65536)
            self.living[key.fd]["data"] += data
            if not data:
                yield self._finish(key.fd)
        for run in self.living.values():
            if time.monotonic() > run["until"]:
                os.kill(run["pid"], signal.SIGKILL)


class Comparison:
    """Plain ssh first; then each way, with a deadline that plain ssh's own time
    gives; then, where something differs, plain ssh again, to be sure."""

    def __init__(self, chosen, server, verdict):
        self.chosen, self.verdict = chosen, verdict
        self.runs = Runs(server)
        self.waiting, self.results = [], {}

    def compare(self, cases):
        together = [case for case in cases if not case.has("alone")]
        for group, jobs in ((together, self.chosen.jobs), ([c for c in cases if c.has("alone")], 1)):
            self.waiting = [(case, "plain") for case in group]
            self._work(jobs)
        # Where only the time differs, the machine may have been busy: once more.
        self.waiting = [(case, way) for case, ways in self.results.values() for way in ways if way != "plain"]
        self.doubtful, self.results = self.results, {}
        self._work(1)

    def _work(self, jobs):
        while self.waiting or self.runs.living:
            while self.waiting and len(self.runs.living) < jobs:
                case, way = self.waiting.pop(0)
                self.runs.start(case, way, self._deadline(case, way))
            for (case, way), result in self.runs.collect():
                if self.chosen.show:
                    show(case, way, result)
                self._take(case, way, result)

    def _deadline(self, case, way):
        if case.name not in self.results or way == "plain again":
            return case.deadline
        return min(case.deadline, 3 * self.results[case.name][1]["plain"].get("seconds", 0) + 8)

    def _take(self, case, way, result):
        if hasattr(self, "doubtful"):
            plain = self.doubtful[case.name][1]["plain"]
            self.verdict.of_ways(case, {way: report.differences(plain, result)})
            return
        mine = self.results.setdefault(case.name, (case, {}))[1]
        mine[way] = result
        if way == "plain":
            self.waiting[:0] = [(case, one) for one in self.chosen.ways]
        elif way == "plain again" or len(mine) == len(self.chosen.ways) + 1:
            self._judge(case, mine)

    def _judge(self, case, mine):
        found = {way: report.differences(mine["plain"], mine[way]) for way in self.chosen.ways}
        if any(found.values()) and "plain again" not in mine:
            self.waiting.insert(0, (case, "plain again"))
            return
        del self.results[case.name]
        if not self.verdict.of_plain(case, mine["plain"], mine.get("plain again", mine["plain"])):
            return
        late = [way for way in found if [aspect for aspect, _ in found[way]] == ["time"]]
        self.verdict.of_ways(case, {way: found[way] for way in found if way not in late})
        if late:
            self.results[case.name] = (case, {way: mine[way] for way in ("plain", *late)})


class Verdict:
    """Counts, and prints the differences as they are found."""

    def __init__(self, accepted):
        self.accepted = accepted
        self.passed = self.failed = 0

    def fail(self, line):
        print(line, flush=True)
        self.failed += 1

    def of_plain(self, case, first, second):
        found = report.differences(first, second)
        if "broken" in first:
            self.fail(f"{case.name}: plain: {first['broken']}")
        elif found:
            for aspect, text in found:
                print(f"{case.name}: plain ssh differs from itself: {aspect}: {text.replace('ours:', 'again:')}", flush=True)
            self.failed += 1
        else:
            self.passed += 1
            return True
        return False

    def of_ways(self, case, found_by_way):
        """found_by_way: {way: differences}; equal ones are one line."""
        lines = {}
        for way, found in found_by_way.items():
            left = self.accepted.try_out(case.name, way, [aspect for aspect, _ in found])
            for aspect, text in found:
                if aspect in left:
                    lines.setdefault(f"{aspect}: {text}", []).append(way)
            if left:
                self.failed += 1
            else:
                self.passed += 1
        for text, ways in lines.items():
            print(f"{case.name}: {' '.join(ways)}: {text}", flush=True)


def show(case, way, result):
    print(f"--- {case.name}: {way}")
    print(json.dumps(result, indent=1, ensure_ascii=False).replace("\\n", "\n\t"))


def manual():
    text = subprocess.run(["mandoc", "-Tutf8", HERE.parent.parent / "cmd" / "ssh-fast.1"], capture_output=True, text=True).stdout
    text = re.sub(r".\x08", "", text).replace("\u2010\n", "").replace("-\n", "-")
    return " ".join(text.split())


def main():
    chosen = options()
    cases = choose(caselist.read_all(HERE / "cases"), chosen)
    if chosen.list:
        for case in cases:
            print(case.name)
        return 0
    runnable = []
    for case in cases:
        why = left_out(case)
        if why:
            print(f"# {case.name} is left out: {why}")
        else:
            runnable.append(case)
    ssh = os.environ.get("SSH") or shutil.which("ssh")
    sshd = os.environ.get("SSHD") or shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")
    build = pathlib.Path(os.environ.get("BUILD") or HERE.parent.parent / "build").resolve()
    accepted = report.Accepted(HERE / "accepted", manual())
    verdict = Verdict(accepted)
    for line in accepted.mistakes:
        verdict.fail(line)
    processes.adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with servers.Server(ssh, sshd) as server:
            all_ways.prepare(server, build / "ssh-fast")
            Comparison(chosen, server, verdict).compare(runnable)
            server.process.terminate()
            server.process.wait()
            processes.end_all(os.getpid())
    finally:
        processes.end_all(os.getpid())
    for line in accepted.stale():
        verdict.fail(line)
    print(f"{verdict.passed} passed, {verdict.failed} failed")
    return 1 if verdict.failed or not verdict.passed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except caselist.Mistake as mistake:
        sys.exit(f"compare: {mistake}")
