"""The same 8-field form and the same list in other toolkits, as they come.

    python tests/bench/line_rivals.py {textual,curses,snack,urwid,prompt_toolkit} {form,list} [N]

`line_bench.py` starts these; each is what their documentation begins with, and no more.
"""

from __future__ import annotations

import sys

LABELS = [
    "Chủ hộ", "Nhân khẩu", "Phân loại hộ", "Tổ tự quản", "Mã hộ", "Năm sinh", "Dân tộc",
    "Điện thoại",
]  # fmt: skip
LAST = ["An", "Bình", "Cường", "Đạt", "Giang", "Hòa", "Khánh", "Lương", "Minh", "Quỳnh"]
FIRST = ["Hoàng Văn", "Lý Thị", "Nông Quốc", "Triệu Văn", "Vi Xuân", "Lộc Thị", "Hứa Minh"]
VILLAGES = ["Bản Chu", "Nà Mò", "Khòn Quanh", "Đoàn Kết", "Thôn Mậu 01"]
CLASSES = [
    "Hộ nghèo", "Hộ cận nghèo", "Mức sống trun…", "Hộ không nghèo", "Hộ mới thoát…",
    "Hộ tái nghèo", "Hộ nghèo phát…",
]  # fmt: skip


def households(count):
    """Code, head, village, persons, class: the columns of our list."""
    for n in range(count):
        yield (
            f"06610-{n // 100 % 99 + 1:02}-{n % 10000:04}",
            f"{FIRST[n % 7]} {LAST[n * 3 % 10]}",
            VILLAGES[n // 200 % 5],
            str(n % 8 + 1),
            CLASSES[n % len(CLASSES)],
        )


def lines(count):
    for code, head, village, persons, kind in households(count):
        yield f"{code} {head:<21} {village:<16} {persons:>9} {kind:<14}"


def textual_form():
    from textual.app import App
    from textual.containers import VerticalScroll
    from textual.widgets import Footer, Header, Input, Label

    class Form(App):
        BINDINGS = [("f2", "save", "Save"), ("escape", "quit", "Quit")]

        def compose(self):
            yield Header()
            with VerticalScroll():
                for label in LABELS:
                    yield Label(label)
                    yield Input()
            yield Footer()

    Form().run()


def textual_list(count):
    from textual.app import App
    from textual.widgets import Footer, Header, OptionList

    class List(App):
        BINDINGS = [("escape", "quit", "Quit")]

        def compose(self):
            yield Header()
            yield OptionList(*lines(count))
            yield Footer()

    List().run()


def curses_form():
    import curses

    def main(screen):
        values, at = [""] * len(LABELS), 0
        for y, label in enumerate(LABELS):
            screen.addstr(y + 1, 1, label)
        while True:
            screen.move(at + 1, 24 + len(values[at]))
            screen.refresh()
            key = screen.get_wch()
            if key == "\t":
                at = (at + 1) % len(LABELS)
            elif isinstance(key, str) and key.isprintable():
                values[at] += key
                screen.addstr(at + 1, 24, values[at])

    curses.wrapper(main)


def curses_list(count):
    import curses

    def main(screen):
        rows, at, top = list(lines(count)), 0, 0
        curses.curs_set(0)
        screen.idlok(True)
        screen.keypad(True)
        while True:
            height = screen.getmaxyx()[0] - 2
            top = at if at < top or at >= top + height else top
            for y in range(height):
                look = curses.A_REVERSE if top + y == at else 0
                row = rows[top + y] if top + y < count else ""
                screen.addstr(y + 1, 0, row.ljust(79), look)
            screen.refresh()
            key = screen.get_wch()
            steps = {curses.KEY_DOWN: 1, curses.KEY_UP: -1}
            steps |= {curses.KEY_NPAGE: height, curses.KEY_PPAGE: -height}
            at = min(max(at + steps.get(key, 0), 0), count - 1)

    curses.wrapper(main)


def snack_form():
    import snack

    screen = snack.SnackScreen()
    entries = [(label, snack.Entry(40, "")) for label in LABELS]
    snack.EntryWindow(screen, "Form", "", entries, width=40)
    screen.finish()


def snack_list(count):
    import snack

    screen = snack.SnackScreen()
    rows = [row[:70] for row in lines(count)]
    snack.ListboxChoiceWindow(screen, "List", "", rows, scroll=1, height=14)
    screen.finish()


def urwid_form():
    import urwid

    edits = [urwid.Edit(f" {label:<22}") for label in LABELS]
    pile = urwid.ListBox(urwid.SimpleFocusListWalker(edits))

    def on_key(key):
        if key == "tab":
            pile.set_focus((pile.focus_position + 1) % len(edits))

    urwid.MainLoop(urwid.Frame(pile, header=urwid.Text("Form")), unhandled_input=on_key).run()


def urwid_list(count):
    import urwid

    class Row(urwid.Text):
        _selectable = True

        def keypress(self, size, key):
            return key

    rows = [urwid.AttrMap(Row(row), None, "cursor") for row in lines(count)]
    body = urwid.ListBox(urwid.SimpleFocusListWalker(rows))
    frame = urwid.Frame(body, header=urwid.Text("List"))
    urwid.MainLoop(frame, [("cursor", "standout", "")]).run()


def prompt_toolkit_form():
    from prompt_toolkit.application import Application
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.key_binding.bindings.focus import focus_next
    from prompt_toolkit.layout import HSplit, Layout, Window
    from prompt_toolkit.widgets import TextArea

    keys = KeyBindings()
    keys.add("tab")(focus_next)
    areas = [TextArea(prompt=f" {label:<22}", multiline=False, height=1) for label in LABELS]
    Application(
        layout=Layout(HSplit([*areas, Window()])), key_bindings=keys, full_screen=True
    ).run()


def prompt_toolkit_list(count):
    from prompt_toolkit.application import Application
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.layout import Layout
    from prompt_toolkit.widgets import TextArea

    area = TextArea("\n".join(lines(count)), read_only=True)
    area.window.cursorline = lambda: True
    Application(layout=Layout(area), key_bindings=KeyBindings(), full_screen=True).run()


def main():
    toolkit, what, *rest = sys.argv[1:]
    globals()[f"{toolkit}_{what}"](*map(int, rest))


if __name__ == "__main__":
    main()
