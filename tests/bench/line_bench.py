"""What a key costs on the line: this app beside others, in a pseudo-terminal.

    python tests/bench/line_bench.py [--rounds 3] [--only nq77 curses] [--idle 10]

For each key: bytes and packets of the program, its CPU (all threads, the kernel's count), and
the time from the key to the last byte. 80x24, TERM=xterm-256color, medians. What is not installed
is left out, and said. The CPU of other machines differs: compare it within one run only. Modules
are compiled before, as those of an installed app are.
"""

from __future__ import annotations

import argparse
import compileall
import fcntl
import os
import pty
import re
import select
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from line_rivals import LABELS, households, lines

import nq77tui
from nq77tui.programme import load_programme, shipped_folder
from nq77tui.store import Repository, create_store

HERE = Path(__file__).parent
TAB, DOWN, PAGE_DOWN = b"\t", b"\x1b[B", b"\x1b[6~"
START, LETTER, NEXT, ROW, PAGE, IDLE = "start", "letter", "tab", "row down", "page down", "idle"
RESTED = "tab, then a rest"
QUIET, START_QUIET = 0.25, 1.0
QUIETS = {RESTED: 1.0}
"""How long nothing may come before a key is done with; what comes in a rest counts with it."""
_LONGEST = 3.0
"""Seconds after which a program that is never quiet is done with as well."""


@dataclass(frozen=True)
class Cost:
    """What one key, or one start, has cost.

    Attributes:
        packets: how often something arrived; what is written at once arrives at once.
    """

    bytes: int
    packets: int
    cpu: float
    time: float
    wake_ups: int = 0


class Program:
    """A program in a pseudo-terminal of 80x24."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._is_application_mode = False
        self._started = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def start(self) -> Cost:
        """Until the first screen stands."""
        return self._cost(self._started, (0, 0), START_QUIET, patience=20)

    def press(self, keys: bytes, quiet: float = QUIET) -> Cost:
        """Press a key, and wait until nothing more is sent."""
        if self._is_application_mode:
            # DECCKM: what a terminal's arrow keys send is for the program to choose.
            keys = re.sub(rb"^\x1b\[(?=[A-D]$)", b"\x1bO", keys)
        before, start = self._counters(), time.perf_counter()
        os.write(self._master, keys)
        return self._cost(start, before, quiet)

    def idle(self, seconds: float) -> Cost:
        """Do nothing for a while."""
        before = self._counters()
        end, sent, packets = time.perf_counter() + seconds, 0, 0
        while (left := end - time.perf_counter()) > 0:
            if select.select([self._master], [], [], left)[0]:
                sent, packets = sent + len(self._read()), packets + 1
        cpu, wake_ups = self._since(before)
        return Cost(sent, packets, cpu, 0, wake_ups)

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def _cost(
        self, start: float, before: tuple[int, int], quiet: float, patience: float = 0
    ) -> Cost:
        sent, packets, last, wait = 0, 0, start, max(patience, quiet)
        # A cursor that blinks is never quiet.
        end = start + max(patience, _LONGEST)
        while time.perf_counter() < end and select.select([self._master], [], [], wait)[0]:
            data = self._read()
            if not data:
                break
            sent, packets = sent + len(data), packets + 1
            last, wait = time.perf_counter(), quiet
        cpu, wake_ups = self._since(before)
        return Cost(sent, packets, cpu, last - start, wake_ups)

    def _read(self) -> bytes:
        try:
            data = os.read(self._master, 65536)
            self._is_application_mode |= b"\x1b[?1h" in data
            return data
        except OSError:
            # Nobody holds the other end any more.
            time.sleep(0.1)
            return b""

    def _since(self, before: tuple[int, int]) -> tuple[float, int]:
        cpu, wake_ups = self._counters()
        return (cpu - before[0]) / 1e9, wake_ups - before[1]

    def _counters(self) -> tuple[int, int]:
        """CPU in nanoseconds, and times it went to sleep (proc(5))."""
        cpu = wake_ups = 0
        folder = Path(f"/proc/{self._process.pid}")
        for task in (folder / "task").iterdir():
            cpu += int((task / "schedstat").read_text().split()[0])
            found = re.search(
                r"^voluntary_ctxt_switches:\s*(\d+)", (task / "status").read_text(), re.M
            )
            wake_ups += int(found[1]) if found else 0
        return cpu, wake_ups


@dataclass
class Subject:
    """One program: how to start it, which keys lead to what is measured, and which are."""

    name: str
    command: list[str]
    keys: dict[str, bytes]
    before: list[bytes] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    drafts: Path | None = None
    times: int = 5

    def run(self, idle: float) -> Iterator[tuple[str, Cost]]:
        """All measurements of one round."""
        if self.drafts is not None:
            # A form that a killed program leaves is what the next start would begin with.
            shutil.rmtree(self.drafts, ignore_errors=True)
        program = Program(self.command, self.environment)
        try:
            yield START, program.start()
            for key in self.before:
                cost = program.press(key, START_QUIET)
                time.sleep(1)
                program.press(b"")
                if key == self.before[-1]:
                    yield "open", cost
            for name, key in self.keys.items():
                program.press(key)
                for _ in range(self.times):
                    yield name, program.press(key, QUIETS.get(name, QUIET))
            if idle:
                yield IDLE, program.idle(idle)
        finally:
            program.stop()


def store_of(folder: Path, count: int) -> list[str]:
    """A store with so many households; the arguments that open it."""
    programme = load_programme(shipped_folder())
    create_store(folder / "store", programme)
    with (
        Repository.open(
            folder / "store",
            programme,
            operator="bench",
            clock=lambda: datetime.now().astimezone(),
            state_folder=folder / "state",
        ) as repository,
        repository.transaction(),
    ):
        commune = repository.add("area", {"name": "Ái Quốc", "level": "commune"}).id
        villages: dict[str, str] = {}
        classes = [choice.code for choice in programme.schemas["household"].fields["class"].choices]
        for n, (code, head, village, persons, _) in enumerate(households(count)):
            if village not in villages:
                values = {"name": village, "level": "village", "parent": commune}
                villages[village] = repository.add("area", values).id
            values = {"code": code, "head": head, "area": villages[village]}
            values |= {"persons": int(persons), "class": classes[n % len(classes)]}
            repository.add("household", values)
    return ["--store", str(folder / "store"), "--operator", "bench"]


def subjects(folder: Path, sizes: list[int]) -> Iterator[Subject | str]:
    """Everything that is installed; a word for what is not."""
    for size in sizes:
        home = folder / str(size)
        environment = {"XDG_STATE_HOME": str(home / "state"), "NQ77_LANG": "vi"}
        nq77 = [sys.executable, "-m", "nq77tui", *store_of(home, size)]
        drafts = home / "state" / "nq77tui" / "drafts"
        list_keys = {ROW: DOWN, PAGE: PAGE_DOWN}
        if size == sizes[0]:
            form_keys = {LETTER: b"a", NEXT: TAB, RESTED: TAB}
            yield plain_form(home, environment, drafts)
            command = [*nq77, "new", "household"]
            yield Subject("nq77, households", command, form_keys, [TAB], environment, drafts)
        name = "nq77" if size == sizes[0] else f"nq77, {size:,} rows"
        yield Subject(f"{name} list", nq77, list_keys, [b"h"], environment, drafts)
    python = {"textual": sys.executable, "curses": sys.executable, "snack": "/usr/bin/python3"}
    python |= {"urwid": sys.executable, "prompt_toolkit": sys.executable}
    for toolkit, interpreter in python.items():
        if not has_module(interpreter, toolkit):
            yield f"{toolkit}: not installed"
            continue
        command = [interpreter, str(HERE / "line_rivals.py"), toolkit]
        label = {"textual": "plain Textual", "snack": "newt (snack)"}.get(toolkit, toolkit)
        # Its first field has no focus: that is on what scrolls the form.
        before = [TAB] if toolkit == "textual" else []
        yield Subject(label, [*command, "form"], {LETTER: b"a", NEXT: TAB}, before)
        yield Subject(
            f"{label} list", [*command, "list", str(sizes[0])], {ROW: DOWN, PAGE: PAGE_DOWN}
        )
    yield from tools(folder, sizes[0])


def plain_form(folder: Path, environment: dict[str, str], drafts: Path) -> Subject:
    """The 8-field form of the others in this app: a programme of one record type."""
    own = folder / "programme"
    # A programme needs its areas and its first screen; those of the tests will do.
    shutil.copytree(HERE.parent / "tui" / "programme", own)
    fields = {f"field_{n}": label for n, label in enumerate(LABELS)}
    label = '{ vi = "Biểu", en = "Form" }'
    schema = [f'version = 1\nlabel = {label}\ntitle = ["field_0"]\narea = "area"']
    schema.append(f'[fields.area]\ntype = "reference"\nto = ["area"]\nlabel = {label}')
    for name, text in fields.items():
        schema.append(f'[fields.{name}]\ntype = "text"\nlabel = {{ vi = "{text}", en = "{text}" }}')
    (own / "schemas" / "form.toml").write_text("\n".join(schema), encoding="utf-8")
    (own / "screens" / "form.toml").write_text(
        f'label = {label}\nkey = "f"\ngroup = "people"\n'
        f'[list]\ncolumns = [{{ field = "field_0", width = 40 }}]\nsort = ["field_0"]\n'
        f"[[form.section]]\nlabel = {label}\nfields = {list(fields)}",
        encoding="utf-8",
    )
    create_store(folder / "plain", load_programme(own))
    command = [sys.executable, "-m", "nq77tui", "--programme", str(own)]
    command += ["--store", str(folder / "plain"), "--operator", "bench", "new", "form"]
    return Subject("nq77", command, {LETTER: b"a", NEXT: TAB}, [], environment, drafts)


def has_module(interpreter: str, name: str) -> bool:
    """Whether an interpreter can import a module."""
    code = f"import {name}"
    return subprocess.run([interpreter, "-c", code], capture_output=True).returncode == 0


def tools(folder: Path, count: int) -> Iterator[Subject | str]:
    """Programs without a toolkit in Python."""
    rows = list(lines(count))
    if shutil.which("dialog"):
        fields = [part for y, label in enumerate(LABELS, 1)
                  for part in (label, str(y), "1", "", str(y), "24", "40", "40")]  # fmt: skip
        form = ["dialog", "--form", "Form", "16", "76", "8", *fields]
        yield Subject("dialog", form, {LETTER: b"a", NEXT: DOWN})
        items = [part for row in rows for part in (row[:13], row[14:70])]
        menu = ["dialog", "--menu", "List", "22", "78", "16", *items]
        yield Subject("dialog list", menu, {ROW: DOWN, PAGE: PAGE_DOWN})
    else:
        yield "dialog: not installed"
    if shutil.which("nano"):
        text = folder / "rows.txt"
        text.write_text("\n".join(rows), encoding="utf-8")
        yield Subject("nano", ["nano", str(text)], {LETTER: b"a"})
        yield Subject("nano list", ["nano", "-v", str(text)], {ROW: DOWN, PAGE: PAGE_DOWN})
    else:
        yield "nano: not installed"


def import_cost() -> float:
    """CPU of importing what the app cannot do without."""
    best = []
    for code in ("pass", "import textual.app"):
        costs = []
        for _ in range(5):
            process = subprocess.Popen([sys.executable, "-c", code])
            _, _, usage = os.wait4(process.pid, 0)
            costs.append(usage.ru_utime + usage.ru_stime)
        best.append(statistics.median(costs))
    return best[1]


TARGETS = [
    ("bytes, one typed letter", LETTER, "bytes", 2),
    ("bytes, one Tab to the next field", NEXT, "bytes", 30),
    ("bytes, one Tab and a rest (the hint comes)", RESTED, "bytes", None),
    ("bytes, one row down in a list", ROW, "bytes", 120),
    ("bytes, one page down", PAGE, "bytes", 650),
    ("bytes to the first full form", START, "bytes", 2400),
    ("bytes in ten idle seconds", IDLE, "bytes", 0),
    ("CPU ms, one typed letter", LETTER, "cpu", 2.5),
    ("CPU ms, one Tab", NEXT, "cpu", 5),
    ("CPU ms, one row down", ROW, "cpu", None),
    ("CPU ms, one page down", PAGE, "cpu", None),
    ("packets, one typed letter", LETTER, "packets", 1),
    ("packets, one Tab", NEXT, "packets", 1),
    ("ms to the last byte, one letter", LETTER, "time", None),
    ("ms to the last byte, one Tab", NEXT, "time", None),
    ("ms to the last byte, one row down", ROW, "time", None),
    ("CPU ms, start", START, "cpu", None),
    ("CPU ms, list opened", "open", "cpu", 60),
    ("ms to the last byte, list opened", "open", "time", None),
    ("wake-ups in ten idle seconds", IDLE, "wake_ups", None),
]


def table(found: dict[str, dict[str, list[Cost]]]) -> str:
    """All medians, a row a measure, a column a program; the targets beside."""
    names = list(dict.fromkeys(name.removesuffix(" list") for name in found))
    rows = [["", *names, "to reach"], ["---"] * (len(names) + 2)]
    for label, measure, part, target in TARGETS:
        cells = [label]
        for name in names:
            is_row = measure in (ROW, PAGE, "open")
            costs = found.get(f"{name} list" if is_row else name, {}).get(measure)
            cells.append(_shown(costs, part))
        rows.append([*cells, "" if target is None else f"{target:,}"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _shown(costs: list[Cost] | None, part: str) -> str:
    if not costs:
        return ""
    median = statistics.median(getattr(cost, part) for cost in costs)
    return f"{median * 1000:.1f}" if part in ("cpu", "time") else f"{median:,.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 21320])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--idle", type=float, default=10)
    arguments = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for folder in (HERE, *nq77tui.__path__):
        compileall.compile_dir(folder, quiet=1)
    found: dict[str, dict[str, list[Cost]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as folder:
        for subject in list(subjects(Path(folder), arguments.sizes)):
            if isinstance(subject, str):
                print(subject, file=sys.stderr)
                continue
            if arguments.only and not any(subject.name.startswith(one) for one in arguments.only):
                continue
            print(subject.name, file=sys.stderr)
            for at in range(arguments.rounds):
                is_idle = at == 0 and not subject.name.endswith(" list")
                for name, cost in subject.run(arguments.idle if is_idle else 0):
                    found[subject.name][name].append(cost)
    print(table(found))
    alone = import_cost()
    print(f"\n`import textual.app` alone: {alone * 1000:.0f} ms of CPU; beyond it, to reach 100:")
    for name, costs in found.items():
        if name.startswith("nq77") and not name.endswith(" list"):
            start = statistics.median(cost.cpu for cost in costs[START])
            print(f"{name}: {(start - alone) * 1000:.0f} ms to the first form")


if __name__ == "__main__":
    main()
