"""The program on a real pseudo-terminal, ended in the middle of a form, and started again."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from datetime import datetime
from itertools import product
from pathlib import Path

import pyte
import pytest

from nq77tui.programme import load_programme
from nq77tui.store import Repository, create_store
from nq77tui.store.verifying import DONE, DUE, Verifying

PROGRAMME = Path(__file__).parent / "programme"
PATIENCE = 120


class Screen(pyte.Screen):
    """What the terminal shows, and how often it rang."""

    bells = 0

    def bell(self, *_arguments: object) -> None:
        self.bells += 1


class Terminal:
    """A program on a terminal of 80x24, and what that shows."""

    def __init__(self, home: Path, store: Path, *arguments: str) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {
            **os.environ,
            "TERM": "xterm",
            "NQ77_LANG": "vi",
            "XDG_STATE_HOME": str(home / "state"),
        }
        command = [sys.executable, "-m", "nq77tui", "--store", str(store), "--operator", "Minh"]
        self.process = subprocess.Popen(
            [*command, "--programme", str(PROGRAMME), *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self.screen = Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)

    def read(self, seconds: float = 0.05) -> str:
        """What it shows after a while."""
        if select.select([self.master], [], [], seconds)[0]:
            try:
                self.stream.feed(os.read(self.master, 1 << 16))
            except OSError:
                return ""
        return "\n".join(self.screen.display)

    def wait_for(self, text: str) -> str:
        """Read until a text shows."""
        until = time.monotonic() + PATIENCE
        while text not in (shown := self.read()):
            assert time.monotonic() < until, f"no {text!r} in:\n{shown}"
        return shown

    def press(self, text: str, shows: str) -> str:
        """Send keys as a terminal does, and wait for what they lead to."""
        os.write(self.master, text.encode())
        return self.wait_for(shows)

    def wait_for_end(self) -> float:
        """How long it took to end."""
        began = time.monotonic()
        while self.process.poll() is None:
            self.read(0.01)
            assert time.monotonic() < began + PATIENCE
        return time.monotonic() - began

    def close(self) -> None:
        """End what is still running."""
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.fixture
def start(tmp_path):
    store = tmp_path / "store"
    create_store(store, load_programme(PROGRAMME))
    opened = []

    def started(*arguments):
        terminal = Terminal(tmp_path, store, *arguments)
        opened.append(terminal)
        return terminal

    yield started
    for terminal in opened:
        terminal.close()


def drafts(tmp_path):
    found = []
    for file in (tmp_path / "state" / "nq77tui" / "drafts").glob("*/*.json"):
        if content := file.read_text("utf-8"):  # a name is reserved before it is written
            found.append(json.loads(content))
    return found


def wait_for_draft(tmp_path, field):
    until = time.monotonic() + PATIENCE
    while not any(draft["resume_at"] == field for draft in drafts(tmp_path)):
        assert time.monotonic() < until, drafts(tmp_path)
        time.sleep(0.01)


def test_what_is_refused_is_heard(start) -> None:
    terminal = start("new", "household")
    terminal.wait_for("Hộ: nhập mới")
    terminal.press("\rLê Văn Tám\r", "> Nhân khẩu")

    assert terminal.screen.bells == 0

    terminal.press("x\r", "“x”")

    assert terminal.screen.bells == 1

    terminal.press("\x13\x154\r", "> Phân loại")

    assert terminal.screen.bells == 2

    terminal.press("\x13", "bấm lưu lần nữa")

    assert terminal.screen.bells == 3


def test_three_forms_typed_ahead_of_the_screen_are_three_records(start) -> None:
    terminal = start("new", "household")
    terminal.wait_for("Hộ: nhập mới")

    # Saved twice: without a village it is asked about. Then the list, and one more from there.
    next_form, save, new = "\x0e\x0e", "\x13\x13", "\x0e"
    one = f"\rVi Văn Một\r4\r{next_form}\rVi Văn Hai\r5\r{save}"
    shown = terminal.press(f"{one}h{new}\rVi Văn Ba\r6\r{save}", "Đã lưu: Vi Văn Ba")

    for head, persons in (("Một", "4"), ("Hai", "5"), ("Ba", "6")):
        line = next(
            line for line in shown.splitlines() if f"Vi Văn {head}" in line and ":" not in line
        )
        assert persons in line
    terminal.press("xyz", "Tìm: xyz")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, None])
def test_the_form_is_gone_on_with(start, tmp_path, number) -> None:
    terminal = start("new", "household")
    terminal.wait_for("Hộ: nhập mới")
    terminal.press("\r", "Chủ hộ")
    terminal.press("Lê Văn Tám\r", "Lê Văn Tám")
    terminal.press("5\r", "5")
    wait_for_draft(tmp_path, "class")
    if number is None:
        os.close(terminal.master)  # the line is cut: the system tells the program
        terminal.master = os.open(os.devnull, os.O_RDWR)
    else:
        os.kill(terminal.process.pid, number)
    terminal.wait_for_end()

    again = start()
    shown = again.wait_for("2/6")

    assert "Biểu nhập dở" in shown
    assert "Lê Văn Tám" in shown

    again.press("\r", "> Phân loại")
    again.press("\x13", "bấm lưu lần nữa")
    again.press("\x13", "Không có biểu nào nhập dở")
    again.press("\x1b", "Thoát")
    os.kill(again.process.pid, signal.SIGKILL)
    again.wait_for_end()
    with Repository.open(
        tmp_path / "store",
        load_programme(PROGRAMME),
        operator="Minh",
        clock=lambda: None,
        read_only=True,
        state_folder=tmp_path / "other",
    ) as repository:
        [row] = repository.rows("household")

    assert (row.values["head"], row.values["persons"]) == ("Lê Văn Tám", 5)
    assert drafts(tmp_path) == []


@pytest.mark.parametrize(
    "keys",
    [
        ("\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS"),
        ("\x1b[11~", "\x1b[12~", "\x1b[13~", "\x1b[14~"),
        ("\x1b[[A", "\x1b[[B", "\x1b[[C", "\x1b[[D"),
    ],
    ids=["xterm, tmux and screen", "PuTTY", "Linux console"],
)
def test_f1_to_f4_from_every_terminal(start, keys) -> None:
    f1, f2, f3, f4 = keys
    terminal = start("new", "household")
    terminal.wait_for("Hộ: nhập mới")
    terminal.press(f4, "Chủ hộ: chưa có giá trị")
    terminal.press(f1, "Trợ giúp: các phím")
    terminal.press(f1, "Nhân khẩu")
    terminal.press("Lê Văn Tám\r", "Lê Văn Tám")
    terminal.press(f3, "bấm lưu lần nữa")
    terminal.press(f3, "Đã lưu: Lê Văn Tám")
    terminal.press("\rBế Văn Hùng\r", "Bế Văn Hùng")
    terminal.press(f2, "bấm lưu lần nữa")


def waits_for_a_lock(process: int) -> bool:
    """As the system lists it (proc_locks(5))."""
    lines = Path("/proc/locks").read_text("ascii").splitlines()
    return any("-> FLOCK" in line and f" {process} " in line for line in lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_go_in_the_middle_of_a_save(start, tmp_path, number) -> None:
    """The save waits for a colleague's lock when the signal comes; then it is done, or a draft."""
    terminal = start("new", "household")
    terminal.wait_for("Hộ: nhập mới")
    terminal.press("\r", "Chủ hộ")
    terminal.press("Lê Văn Tám\r", "Lê Văn Tám")
    terminal.press("\x13", "bấm lưu lần nữa")
    wait_for_draft(tmp_path, "area")
    with (tmp_path / "store" / "lock").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.write(terminal.master, b"\x13")
        until = time.monotonic() + PATIENCE
        while not waits_for_a_lock(terminal.process.pid):
            assert time.monotonic() < until, terminal.read()
            time.sleep(0.01)
        os.kill(terminal.process.pid, number)
        fcntl.flock(lock, fcntl.LOCK_UN)
    terminal.wait_for_end()
    with Repository.open(
        tmp_path / "store",
        load_programme(PROGRAMME),
        operator="Minh",
        clock=lambda: None,
        state_folder=tmp_path / "other",
    ) as repository:
        saved = [row.values["head"] for row in repository.rows("household")]
        assert repository.notices == []
    kept = [draft["values"]["head"] for draft in drafts(tmp_path)]
    assert "Lê Văn Tám" in saved + kept
    assert len(saved) <= 1


F2, F3, ESCAPE = "\x1bOQ", "\x1bOR", "\x1b"
CLASSES = ("NGHEO", "CAN", "KHAC")
PAPER = [
    (f"{family} Văn {given}", 1 + number % 9, CLASSES[number % 3])
    for number, (family, given) in enumerate(
        product(
            ("Hoàng", "Nông", "Vi", "Lý", "Bế", "Lộc"), ("Đoàn", "Hòa", "Slương", "An", "Thượng")
        )
    )
]
CUT = 16
"""The form in whose middle the line is cut: the seventeenth of thirty."""
CLASS_KEYS = {"NGHEO": "1", "CAN": "2", "KHAC": "3"}


def opened(tmp_path, operator="Minh"):
    return Repository.open(
        tmp_path / "store",
        load_programme(PROGRAMME),
        operator=operator,
        clock=lambda: datetime.now().astimezone(),
        state_folder=tmp_path / "other state",
    )


def key(terminal, head, persons, group, then=F3):
    """Fill a form in from the name on, and save it."""
    terminal.press(f"{head}\r{persons}\r{CLASS_KEYS[group]}", "> Cam kết")
    terminal.press(f"c\r5/9/2024\r{then}", f"Đã lưu: {head}")


def leave(terminal):
    """Back to the first screen, and out."""
    terminal.press(ESCAPE, "Hộ gia đình")
    terminal.press(ESCAPE, "Thoát chương trình?")
    os.write(terminal.master, b"c")
    terminal.wait_for_end()


def test_a_pile_of_paper_forms_with_the_line_cut_in_the_middle(start, tmp_path) -> None:
    """Keyed, gone on with, and compared; then one form is keyed again by somebody else."""
    with opened(tmp_path) as repository:
        repository.add("area", {"name": "Bản Chu", "level": "village"})
        repository.keep_settings(verify_share=100)
    terminal = start("new", "household")
    terminal.wait_for("Hộ: nhập mới")
    terminal.press("ban chu\r", ">*Chủ hộ")
    for paper in PAPER[:CUT]:
        key(terminal, *paper)
    head, persons, group = PAPER[CUT]
    terminal.press(f"{head}\r{persons}\r", "> Phân loại")
    wait_for_draft(tmp_path, "class")
    os.close(terminal.master)
    terminal.master = os.open(os.devnull, os.O_RDWR)
    terminal.wait_for_end()

    terminal = start()
    terminal.wait_for("Biểu nhập dở")
    terminal.press("\r", "> Phân loại")
    terminal.press(CLASS_KEYS[group], "> Cam kết")
    terminal.press(f"c\r5/9/2024\r{F3}", f"Đã lưu: {head}")
    for paper in PAPER[CUT + 1 : -1]:
        key(terminal, *paper)
    key(terminal, *PAPER[-1], then=F2)
    leave(terminal)

    with opened(tmp_path) as repository:
        [area] = (row.id for row in repository.rows("area"))
        found = {
            row.values["head"]: {name: v for name, v in row.values.items() if name != "_"}
            for row in repository.rows("household")
        }
        assert {one.state for one in Verifying(repository).items()} == {DUE}
    assert found == {
        head: {
            "area": area,
            "head": head,
            "persons": persons,
            "class": group,
            "pledge": True,
            "pledged": "2024-09-05",
        }
        for head, persons, group in PAPER
    }
    assert drafts(tmp_path) == []

    terminal = start("--operator", "Hà")
    terminal.press(F2, f"cần {len(PAPER)}")
    shown = terminal.press("\r", "Nhập lại: Bản Chu")
    [again] = [paper for paper in PAPER if paper[0] in shown.splitlines()[0]]
    terminal.press(f"{again[1] + 1}\r{CLASS_KEYS[again[2]]}", "> Cam kết")
    terminal.press(f"c\r5/9/2024\r{F2}", "1 trường khác lần đầu")
    terminal.press("\r", "Đối chiếu: Bản Chu")
    terminal.press(f"2{F2}", "Đã ghi quyết định về 1 trường")
    leave(terminal)

    with opened(tmp_path) as repository:
        after = {row.values["head"]: row.values["persons"] for row in repository.rows("household")}
        states = [one.state for one in Verifying(repository).items()]
    assert after == {paper[0]: paper[1] + (paper == again) for paper in PAPER}
    assert states == [DUE] * (len(PAPER) - 1) + [DONE]
