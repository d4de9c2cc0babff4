"""What long commands show on a terminal, and Ctrl+C in each of them."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nq77tui.cli import waiting
from nq77tui.cli.waiting import Waiting
from nq77tui.programme import load_catalogue, sample_folder
from nq77tui.store.progress import StoppedError

STOPPED = load_catalogue("vi").text("progress.stopped")
CUT = load_catalogue("vi").text("progress.output_cut")
COMMANDS: dict[str, list[str]] = {
    "sample": ["sample", "{new}"],
    "check": ["check"],
    "bundle": ["bundle", "{new}.nq77", "--all"],
    "merge": ["merge", "{brought}"],
    "preview": ["merge", "--preview", "{brought}"],
    "import": ["import", "{table}", "--as", "household"],
    "export": ["export", "household", "-o", "{new}"],
    "export all": ["export", "all", "--format", "csv", "-o", "{new}"],
    "export all as JSON": ["export", "all", "-o", "{new}"],
    "report": ["report", "b1", "-o", "{new}.csv"],
    "export to the output": ["export", "household"],
    "list of names": ["report", "b4", "--names", "-o", "{new}.csv"],
    "reorganise": ["reorganise", "{units}", "--on", "1/7/2025"],
    "propose": ["assign", "--propose", "--of", "Nam Quan"],
    "apply": ["assign", "--propose", "--of", "Nam Quan", "--apply"],
    "coverage": ["coverage"],
    "board": ["board", "quality"],
    "backup": ["backup", "{new}"],
    "restore": ["restore", "{backup}", "{new}"],
}


@pytest.fixture
def sampled(tmp_path: Path, nq77) -> Path:
    folder = tmp_path / "sampled"
    shutil.copytree(sample_folder(), folder)
    return folder


@pytest.fixture
def given(tmp_path: Path, sampled: Path, nq77) -> Callable[[str], str]:
    """Fills the places of a command with real files."""
    brought = tmp_path / "brought"
    brought.mkdir()
    shutil.copy(sample_folder() / "store.json", brought)
    assert nq77("--store", brought, "add", "area", "code=zz", "name=Nà Mới", "level=province",
                "valid_from=1/1/2020").status == 0  # fmt: skip
    table = tmp_path / "households.csv"
    assert nq77("--store", sampled, "export", "household", "-o", table).status == 0
    assert nq77("--store", sampled, "backup", tmp_path / "backup").status == 0
    communes = nq77("--store", sampled, "list", "area", "--where", "level=commune", "--json").json
    codes = [one["code"] for one in communes][:2]
    units = tmp_path / "units.csv"
    row = f"Nà Mới,xa,90001,{'; '.join(codes)},QĐ 1"
    units.write_text(f"name,type,code,merged_from,legal_basis\n{row}\n", encoding="utf-8")
    places = {"brought": brought, "table": table, "backup": tmp_path / "backup", "units": units,
              "new": tmp_path / "new"}  # fmt: skip
    return lambda word: word.format(**places)


def contents(nq77, store: Path) -> str:
    ran = nq77("--store", store, "export", "all")
    assert ran.status == 0
    return ran.out


def test_ctrl_c_in_any_long_command_leaves_everything_as_it_was(
    given, sampled: Path, tmp_path: Path, nq77, monkeypatch
) -> None:
    before = contents(nq77, sampled)
    told = []
    call = Waiting.__call__

    def interrupted(self: Waiting, part: str, done: int, of: int) -> None:
        told.append(part)
        signal.raise_signal(signal.SIGINT)
        call(self, part, done, of)

    for name, words in COMMANDS.items():
        told.clear()
        with monkeypatch.context() as patched:
            patched.setattr(Waiting, "__call__", interrupted)
            ran = nq77("--store", sampled, *map(given, words))
        assert (name, ran.status, len(told)) == (name, 130, 1), ran.err
        assert ran.err.splitlines()[-1] == (CUT if name == "export to the output" else STOPPED)
        assert [file for file in tmp_path.glob("new*/**") if file.is_file()] == []
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert contents(nq77, sampled) == before


def test_ctrl_c_is_not_for_a_command_that_ignores_it(sampled: Path, nq77) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Waiting(load_catalogue("vi")) as waiting_for:
            signal.raise_signal(signal.SIGINT)
            waiting_for.stop_if_asked()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert nq77("--store", sampled, "check").status == 0
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_an_older_store_is_brought_up(tmp_path: Path, copied_programme, nq77) -> None:
    store = tmp_path / "store"
    assert nq77("--programme", copied_programme, "init", store).status == 0
    given = ("--programme", copied_programme, "--store", store)
    values = ("code=zz", "name=Nà Mới", "level=province", "valid_from=1/1/2020")
    assert nq77(*given, "add", "area", *values).status == 0
    schema = copied_programme / "schemas" / "area.toml"
    text = schema.read_text(encoding="utf-8")
    assert "version = 1\n" in text
    text = text.replace("version = 1\n", "version = 2\n", 1)
    text += '\n[[changes]]\nversion = 2\nrename = { remark = "note" }\n'
    schema.write_text(text, encoding="utf-8")
    call = Waiting.__call__

    def interrupted(self: Waiting, *told) -> None:
        signal.raise_signal(signal.SIGINT)
        call(self, *told)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Waiting, "__call__", interrupted)
        ran = nq77(*given, "list", "area")
    assert (ran.status, ran.out, ran.err) == (130, "", f"{STOPPED}\n")
    ran = nq77(*given, "list", "area")
    assert ran.status == 0
    assert "Nà Mới" in ran.out
    assert "phiên bản 2" in ran.err


def test_the_line_is_written_over_and_gone_at_the_end(monkeypatch) -> None:
    master, slave = pty.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setattr(waiting, "_EVERY", 0)
        with Waiting(load_catalogue("en")) as quick:
            quick("read", 0, 10)
        terminal.write("nothing so far")
        terminal.flush()
        assert os.read(master, 1000) == b"nothing so far"

        monkeypatch.setattr(waiting, "_FIRST", 0)
        with Waiting(load_catalogue("en")) as shown:
            shown("merge", 1, 10)
            shown("merge", 1, 10)
            shown("read", 3, 0)
            signal.raise_signal(signal.SIGINT)
            with pytest.raises(StoppedError):
                shown("read", 4, 4)
    lines = b"".join(iter(lambda: _read(master), b"")).decode().split("\r")
    os.close(master)
    assert [line.rstrip() for line in lines] == [
        "",
        "Taking in: 10 %  (Ctrl+C: stop)",
        "Reading: 0 %  (Ctrl+C: stop)",
        "Stopping…",
        "",
        "Ctrl+C came when the work was done; the result follows.",
        "",
    ]
    assert all(len(line) >= len(lines[1]) for line in lines[2:5])


def test_the_second_ctrl_c_ends_at_once_and_the_first_may_come_too_late(capsys) -> None:
    with Waiting(load_catalogue("en")):
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    capsys.readouterr()
    with Waiting(load_catalogue("en")):
        signal.raise_signal(signal.SIGINT)
    assert capsys.readouterr().err.startswith("Ctrl+C came when")


def test_a_long_command_on_a_real_terminal(tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "nq77tui", "sample", str(tmp_path / "district")]
    child, terminal = pty.fork()
    if child == 0:
        os.execv(arguments[0], arguments)
    shown = b""
    is_sent = False
    while piece := _read(terminal):
        shown += piece
        if not is_sent and b"%" in shown:
            is_sent = bool(os.write(terminal, b"\x03"))
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 130
    assert shown.decode().replace("\r\n", "\n").rpartition("\r")[2] == f"{STOPPED}\n"
    assert not (tmp_path / "district").exists()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that the other end is closed
        return b""


def test_a_pipe_gets_no_line(sampled: Path, monkeypatch) -> None:
    ran = subprocess.run(
        [sys.executable, "-c",
         "from nq77tui.cli import main, waiting; waiting._FIRST = 0; raise SystemExit(main())",
         "--store", str(sampled), "check"],
        capture_output=True, check=True,
    )  # fmt: skip
    assert b"\r" not in ran.stderr
    assert b"%" not in ran.stderr
