"""What memory the app and the commands need with the district's store, under a real limit.

    python tests/bench/memory_bench.py [--limit 256] [--store DIR]

Each program runs with RLIMIT_DATA (setrlimit(2): heap and private mappings; what goes beyond
fails), so that a step that is shown was done within the limit. Shown is the highest resident size
until the end of each step (VmHWM, proc(5)), shared libraries included, in MB of 1,000,000 bytes.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
from line_bench import Program

NQ77 = [sys.executable, "-m", "nq77tui", "--operator", "bench"]
STEPS = [
    # A step, the keys to it, and what the screen must show then.
    ("home, coverage counted", b"", "21.320/21.320"),
    ("list of 21,320 households", b"h", "06610-03-0001"),
    ("a name sought in it", b"hoang van tu", "/21.320"),
    ("a form opened", b"\r", ": Hoàng Văn Tú"),
    ("a field changed, saved", b"\x1b[B\x1b[B\x159\x13\x13", " 9 Mức sống"),
    ("home, coverage counted anew", b"\x1b\x1b", "21.320/21.320"),
    ("coverage table", b"c", "Bao phủ"),
    ("what is missing", b"d", "Thiếu"),
    ("assigning", b"\x1b\x1bg", "Phân công"),
    ("a bundle of a whole district, looked at", b"\x1bmSTICK\r", "Chưa ghi gì"),
    ("the bundle merged", b"\x13", "Đã thay đổi như sau"),
]


class Shown(Program):
    """A program whose screen can be read."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        super().__init__(command, environment)

    def _read(self) -> bytes:
        data = super()._read()
        self._stream.feed(data)
        return data

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Wait until the screen shows a text, and then until nothing more happens."""
        end = time.monotonic() + seconds
        while text not in "\n".join(self._screen.display):
            if time.monotonic() > end:
                sys.exit("\n".join([f"never: {text!r}", *self._screen.display]))
            self.idle(0.2)
        self.idle(2)


def peak(pid: int) -> float:
    """The highest resident size of a process until now, in MB."""
    found = re.search(r"^VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def app(store: Path, stick: Path, state: Path) -> Iterator[tuple[str, float]]:
    """The app through its views."""
    environment = {"XDG_STATE_HOME": str(state), "NQ77_LANG": "vi"}
    program = Shown([*NQ77, "--store", str(store)], environment)
    try:
        for name, keys, wanted in STEPS:
            typed = keys.replace(b"STICK", bytes(stick))
            for key in re.findall(rb"\x1b(?:\[[A-Z])?|.", typed, re.DOTALL):
                program.press(key)
            program.wait_for(wanted)
            yield f"app: {name}", peak(program.pid)
    finally:
        program.stop()


def command(name: str, arguments: list[str], state: Path) -> tuple[str, float]:
    """A command; its name says so where it failed."""
    environment = {**os.environ, "XDG_STATE_HOME": str(state)}
    process = subprocess.Popen(
        [*NQ77, *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    failed = "" if os.waitstatus_to_exitcode(status) == 0 else f" FAILED: {said[-300:]}"
    return f"nq77 {name}{failed}", usage.ru_maxrss * 1024 / 1e6


def measure(folder: Path, given: Path | None) -> Iterator[tuple[str, float]]:
    """All steps: the app, then the commands, a merge of a whole district among them."""
    store, other, state = folder / "store", folder / "other", folder / "state"
    if given is None:
        yield command("sample", ["sample", str(store)], state)
    else:
        shutil.copytree(given, store)
    shutil.copytree(store, other)
    away, here, stick = ["--store", str(other)], ["--store", str(store)], folder / "stick"
    listed = subprocess.run(
        [*NQ77, *away, "list", "household", "--where", "code=06526-01-0091"],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_STATE_HOME": str(state)},
        check=True,
    )
    yield command("set", [*away, "set", listed.stdout.split()[0], "persons=9"], state)
    yield command("bundle --all", [*away, "bundle", "--all", str(stick)], state)
    yield command("merge --preview", [*here, "merge", "--preview", str(stick)], state)
    shutil.copytree(store, folder / "third")
    yield command("merge", ["--store", str(folder / "third"), "merge", str(stick)], state)
    yield from app(store, stick, state)
    yield command("coverage", [*here, "coverage"], state)
    yield command("export all", [*here, "export", "all", "-o", str(folder / "export")], state)
    yield command("check", [*here, "check"], state)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int, default=256, help="MB; 0 for none")
    parser.add_argument("--store", type=Path, help="instead of the sample district")
    arguments = parser.parse_args()
    if arguments.limit:
        # Of the processes that are started: this one needs less.
        resource.setrlimit(resource.RLIMIT_DATA, (arguments.limit * 1_000_000,) * 2)
    began = time.monotonic()
    print(f"| RLIMIT_DATA {arguments.limit or 'none'} MB | peak MB |\n| --- | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for name, megabytes in measure(Path(folder), arguments.store):
            print(f"| {name} | {megabytes:.0f} |", flush=True)
    print(f"\n{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
