"""Compares runs, and says what differs."""

import fnmatch

LINE = 160


def time_class(result):
    if result["status"] == "hangs":
        return "hangs"
    return "at once" if result["seconds"] < 2 else "seconds"


def _one_line(text, around=None):
    """A text as one line; of a long one the part around that place."""
    text = text.replace("\n", "\\n").replace("\r", "\\r").replace("\x1b", "\\e")
    if around is not None and len(text) > LINE:
        start = max(0, around - LINE // 3)
        text = ("..." if start else "") + text[start:start + LINE]
    return text if len(text) <= LINE + 3 else text[:LINE] + "..."


def _pair(plain, ours):
    """Both as one line, shortened around where they part."""
    p, o = _one_line(plain, 0), _one_line(ours, 0)
    if plain != ours:
        p, o = (t.replace("\n", "\\n").replace("\r", "\\r").replace("\x1b", "\\e") for t in (plain, ours))
        place = next((n for n, (a, b) in enumerate(zip(p, o)) if a != b), min(len(p), len(o)))
        p, o = _one_line(p, place), _one_line(o, place)
    return f"plain: {p or '(nothing)'} | ours: {o or '(nothing)'}"


def _texts(result):
    """Aspect by aspect, as text that is equal where the runs are."""
    if "broken" in result:
        return {"run": "cannot be run: " + result["broken"]}
    texts = {
        "status": result["status"],
        "stdout": result["stdout"],
        "stderr": result["stderr"],
        "screen": "" if result.get("loose") else result.get("screen", ""),
        "seen": "\n".join(result.get("notes", [])),
        "left": "\n".join(result["left"]),
    }
    for name, text in result["files"].items():
        texts[f"file {name}"] = text
    return texts


def _is_late(plain, ours):
    """Far later than plain ssh: the machine may be busy, and logins are spared."""
    if "broken" in plain or "broken" in ours or "hangs" in (plain["status"], ours["status"]):
        return False
    return ours["seconds"] > 2 * plain["seconds"] + 2 and time_class(ours) == "seconds"


def _last_words(plain, ours):
    """What the one that hangs had to say, from its end."""
    hung = plain if plain["status"] == "hangs" else ours
    text = (hung.get("screen") or hung["stdout"] + hung["stderr"])[-80:]
    return f", after ...{_one_line(text)}" if text else ""


def differences(plain, ours):
    """[(aspect, what it says)] of two runs."""
    a, b = _texts(plain), _texts(ours)
    if "hangs" in (plain.get("status"), ours.get("status")) and plain.get("status") != ours.get("status"):
        return [("status", _pair(a["status"], b["status"]) + _last_words(plain, ours))]
    found = [(key, _pair(a.get(key, "(none)"), b.get(key, "(none)")))
             for key in dict.fromkeys([*a, *b]) if a.get(key) != b.get(key)]
    if _is_late(plain, ours):
        found.append(("time", _pair(time_class(plain), time_class(ours))))
    return found


class Accepted:
    """The file of differences that stay: case, way, aspect, phrase of ssh-fast(1)."""

    def __init__(self, path, manual):
        self.rows, self.mistakes = [], []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            fields = [field.strip() for field in line.split("|")]
            if len(fields) != 4:
                self.mistakes.append(f"{path.name}:{number}: not CASE | WAY | ASPECT | PHRASE")
                continue
            if " ".join(fields[3].split()) not in manual:
                self.mistakes.append(f"{path.name}:{number}: ssh-fast(1) does not say: {fields[3]}")
            self.rows.append({"fields": fields, "line": number, "used": False, "tried": False})

    def try_out(self, case, way, aspects):
        """Notes that it ran; the aspects that are not accepted."""
        left = list(aspects)
        for row in self.rows:
            cases, in_way, aspect, _ = row["fields"]
            if not (fnmatch.fnmatchcase(case, cases) and fnmatch.fnmatchcase(way, in_way)):
                continue
            row["tried"] = True
            matching = [a for a in left if fnmatch.fnmatchcase(a, aspect)]
            if matching:
                row["used"] = True
                left = [a for a in left if a not in matching]
        return left

    def stale(self):
        return [f"accepted:{row['line']}: does not occur any more: {' | '.join(row['fields'])}"
                for row in self.rows if row["tried"] and not row["used"]]
