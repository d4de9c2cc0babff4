"""A fault of the program ends it with a sentence, and people's data does not go on the terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nq77tui.tui.views.home import HomeView

from .conftest import PATIENCE


@pytest.mark.parametrize("where", ["on a key", "in a worker"])
async def test_a_fault_is_said_in_a_sentence_and_kept_in_a_file(start, tmp_path, where) -> None:
    printed = []

    def fail() -> None:
        head = "Lý Thị Ân"
        raise ZeroDivisionError(len(head))

    with pytest.raises(Exception, match="9"):  # noqa: PT012 (it comes out when the app has ended)
        async with start() as user:
            assert isinstance(user.view, HomeView)
            user.app._print_error_renderables = lambda: printed.extend(user.app._exit_renderables)
            if where == "on a key":
                user.app.call_later(fail)
            else:
                user.view.run_worker(fail, thread=True)
            await asyncio.wait_for(user.app._exception_event.wait(), PATIENCE)

    [said] = map(str, printed)
    assert said.startswith("Phần mềm gặp lỗi")
    assert "Ân" not in said
    [file] = (Path(tmp_path) / "home" / "state" / "nq77tui").glob("fault-*.txt")
    text = file.read_text("utf-8")
    assert "ZeroDivisionError" in text
    assert "Lý" not in text.replace('head = "Lý Thị Ân"', "")
    assert file.stat().st_mode & 0o077 == 0
