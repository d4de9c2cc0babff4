"""Bad input through the command line: the place and a way out on stderr, nothing changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nq77tui.programme import LANGUAGES
from nq77tui.store import Repository
from nq77tui.store.journal import encode_line

WAY_OUT = {"vi": "Cách xử lý", "en": "Way out"}


def files(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.fixture
def filled(store, programme, clock):
    """A store with a few records."""
    with Repository.open(store, programme, operator="Lan", clock=clock) as opened:
        made = {
            "area": opened.add("area", {"name": "Nà Mẫu", "level": "village"}).id,
            "house": opened.add("household", {"head": "Vi Thị Lan"}).id,
            "gone": opened.add("household", {"head": "Đã đi"}).id,
        }
        opened.delete(made["gone"])
    return made


@pytest.fixture
def refuses(nq77, store):
    """Runs a command that has to be refused in both languages, with nothing changed."""

    def run(*command: object, names: tuple[str, ...] = (), way_out: bool = True, status: int = 1):
        before = files(store)
        for lang in LANGUAGES:
            ran = nq77("--lang", lang, "--store", store, *command)
            assert (ran.status, ran.out) == (status, "")
            assert "Traceback" not in ran.err
            assert all(line.isprintable() for line in ran.err.splitlines())
            assert all(name in ran.err for name in names), ran.err
            assert not way_out or WAY_OUT[lang] in ran.err, ran.err
        assert files(store) == before

    return run


# -- arguments ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "nosuch", "add", "set x", "show", "merge", "resolve x y", "resolve x y --take 1 --value z",
        "resolve x y --take one", "export household --format xml", "import x", "programme",
        "--lang fr", "sample x --seed many", "list household --wheer x", "coverage --of",
    ],
)  # fmt: skip
def test_a_command_line_of_no_form_is_a_usage_error(nq77, store, line):
    before = files(store)
    ran = nq77("--store", store, *line.split())
    assert (ran.status, ran.out) == (2, "")
    assert "cú pháp: nq77" in ran.err
    assert files(store) == before


def test_an_unknown_record_type_is_named_with_those_there_are(refuses):
    for command in (["list", "huosehold"], ["add", "huosehold", "head=x"]):
        refuses(*command, names=("huosehold", "household"))


def test_an_unknown_field_is_named_with_those_there_are(refuses, filled):
    refuses("add", "household", "haed=x", names=("haed", "head", "household"), way_out=False)
    refuses("set", filled["house"], "haed=x", names=("haed", "head"), way_out=False)
    refuses("list", "household", "--where", "haed=x", names=("haed", "head"), way_out=False)


def test_an_unknown_id_is_named(refuses):
    for wrong in ("AAAAAAAA-1", "x", "-1-", "0" * 13, "é", "A" * 300):
        for command in (["show"], ["set", wrong, "head=x"][:1], ["delete"]):
            arguments = [*command, "--", wrong] if wrong.startswith("-") else [*command, wrong]
            if command == ["set"]:
                arguments.append("head=x")
            refuses(*arguments, names=(wrong.upper(),))


def test_an_unknown_choice_is_named_with_those_there_are(refuses):
    refuses("add", "area", "name=x", "level=vilage", names=("level", "vilage", "village"))


def test_an_unknown_reference_is_named(refuses):
    refuses("add", "household", "head=x", "area=Nà Mẫu", names=("area", "Nà Mẫu"))


def test_a_pair_of_no_form_is_named(refuses, filled):
    refuses("add", "household", "head", names=("head", "persons=4"), way_out=False)
    refuses("set", filled["house"], "Vi Thị Lan", names=("Vi Thị Lan",), way_out=False)


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        ("from=31/02", "31/02"), ("from=31/02/2024", "31/02/2024"), ("persons=70.5", "70,5"),
        ("persons=many", "many"), ("persons=2,5", "2,5"), ("phone=12", "12"),
        ("code=1", "#####-##-####"),
        ("forest_pledge=maybe", "maybe"), ("note=" + "x" * 5000, "4000"),
    ],
)  # fmt: skip
def test_a_value_that_a_field_cannot_hold_is_named_with_its_field(refuses, filled, pair, says):
    name = pair.partition("=")[0]
    refuses("set", filled["house"], pair, names=(name, says), way_out=False)


def test_every_wrong_value_of_one_command_is_named_at_once(refuses):
    refuses("add", "household", "from=31/02", "persons=70.5", "zz=1", names=("31/02", "70,5", "zz"))


def test_a_rule_of_the_schema_is_said_in_the_words_of_the_schema(nq77, store):
    for lang, words in (("vi", "ít nhất 1 nhân khẩu"), ("en", "at least 1 person")):
        ran = nq77("--lang", lang, "--store", store, "add", "household", "head=A B", "persons=0")
        assert (ran.status, ran.out) == (1, "")
        assert words in ran.err


@pytest.mark.parametrize("command", ["show", "set", "delete"])
def test_a_deleted_record_cannot_be_changed_and_says_so(refuses, nq77, store, filled, command):
    if command == "show":
        ran = nq77("--store", store, "show", filled["gone"])
        assert ran.status == 0
        assert filled["gone"] in ran.err
        return
    more = ["head=x"] if command == "set" else []
    refuses(command, filled["gone"], *more, names=(filled["gone"],))


def test_a_conflict_that_is_none_cannot_be_decided(refuses, filled):
    for field in ("head", "nothing", "_deleted", "\x1b[31m"):
        refuses(
            "resolve", filled["house"], field, "--take", 1, names=(filled["house"],), way_out=False
        )


@pytest.mark.parametrize("day", ["31/02", "tomorrow", "1985", "\x1b[31m"])
def test_a_day_of_coverage_that_is_none_is_refused(refuses, day):
    refuses("coverage", "--as-of", day, way_out=False)


@pytest.mark.parametrize("area", ["nowhere", "AAAAAAAA-1", "[red]\x1b[31m", ""])
def test_an_area_of_coverage_that_is_none_is_refused(refuses, filled, area):
    refuses("coverage", "--of", area, names=("[red]",) if "red" in area else (area,))


def test_a_household_is_no_area_of_coverage(refuses, filled):
    refuses("coverage", "--of", filled["house"], names=(filled["house"],))


# -- names that could steer the terminal -------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_markup_and_escape_sequences_in_a_name_are_harmless(nq77, store, lang):
    ran = nq77(
        "--lang", lang, "--store", store, "add", "household", "head=[red]Vi\x1b[31m\x9b1mLan\x07"
    )
    assert ran.status == 0
    made = ran.out.strip()
    for command in (["show", made], ["show", made, "--json"], ["list", "household"],
                    ["list", "household", "--json"]):  # fmt: skip
        ran = nq77("--store", store, *command)
        assert "[red]Vi" in ran.out
        assert all(line.isprintable() or "\t" in line for line in ran.out.splitlines())
        assert not set(ran.out) & {"\x1b", "\x9b", "\x07"}


def test_a_name_without_its_marks_composed_is_stored_composed(nq77, store):
    made = nq77(
        "--store", store, "add", "household", "head=Nguye\u0302\u0303n Va\u0306n A"
    ).out.strip()
    assert nq77("--store", store, "show", made, "--json").json["head"] == "Nguyễn Văn A"


HOSTILE = "\x1b]0;owned\x07\x1b[31m\x9b31m\u202e\r"


@pytest.fixture
def hostile_store(nq77, store, key, hostile_file):
    """A store that took in a record whose every text could steer a terminal."""
    document = {
        "head": HOSTILE,
        HOSTILE: HOSTILE,
        "_": {
            "w": [f"AAAAAAAA-1 0 {HOSTILE}", f"BBBBBBBB-1 1 {HOSTILE}x"],
            "f": {"head": [0, 1], HOSTILE: [0, 1]},
            "o": {"head": [HOSTILE + "x"], HOSTILE: ["x"]},
        },
    }
    file = hostile_file({"household": {key("AAAAAAAA-1"): document}})
    assert nq77("--store", store, "merge", file).status == 0
    return store


def is_harmless(text: str) -> bool:
    return text.replace("\n", "").replace("\t", "").isprintable()


@pytest.mark.parametrize(
    "command",
    [
        ["list", "household"],
        ["show", "AAAAAAAA-1"],
        ["conflicts"],
        ["show", "AAAAAAAA-1", "--json"],
        ["conflicts", "--json"],
        ["list", "household", "--json"],
    ],
    ids=" ".join,
)
def test_what_others_wrote_cannot_steer_the_terminal(nq77, hostile_store, command):
    ran = nq77("--store", hostile_store, *command)
    assert ran.status == 0
    assert is_harmless(ran.out)
    assert is_harmless(ran.err)


@pytest.mark.parametrize("field", ["id", "record"])
def test_a_foreign_field_cannot_pass_itself_off_as_the_id(nq77, store, key, hostile_file, field):
    file = hostile_file({"household": {key("AAAAAAAA-1"): {field: "X", "_": "AAAAAAAA-1 0 1 A"}}})
    nq77("--store", store, "merge", file)
    shown = nq77("--store", store, "show", "AAAAAAAA-1", "--json").json
    assert (shown["id"], shown["record"]) == ("AAAAAAAA-1", "household")


# -- stores and files --------------------------------------------------------------------------

COMMANDS = [["list", "household"], ["add", "household", "head=Vi Văn A"], ["conflicts"],
            ["coverage", "--json"], ["check"], ["export", "all"]]  # fmt: skip


def damage(store: Path, content: str) -> None:
    (store / "store.json").write_text(content, encoding="utf-8")
    (store / "journal").unlink()


@pytest.mark.parametrize(
    "content", ["{", "[]", "5", "null x", '{"household": 5}', "[" * 100_000, "\x00" * 100],
    ids=lambda content: repr(content[:10]),
)  # fmt: skip
def test_a_damaged_store_is_named_and_left_as_it_is(store, refuses, content):
    damage(store, content)
    refuses("add", "household", "head=Vi Văn A", names=("store.json",))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_command_names_a_damaged_store_and_leaves_it_as_it_is(store, refuses, command):
    damage(store, '{"household": {"1"')
    refuses(*command, names=("store.json",))


def test_a_journal_with_damage_in_the_middle_is_named_and_left_as_it_is(
    store, filled, refuses, nq77
):
    journal = store / "journal"
    good = journal.read_bytes()
    commits = b"".join(encode_line(b'{"l":%d,"at":0,"o":[]}' % n) for n in (90, 91))
    journal.write_bytes(good + b"x" + commits)
    refuses("add", "household", "head=Vi Văn A", names=("journal",))


def test_a_store_of_a_newer_program_is_named_and_left_as_it_is(store, refuses):
    settings = store / "settings.toml"
    settings.write_text(settings.read_text().replace("format = 1", "format = 99"), encoding="utf-8")
    for command in COMMANDS:
        refuses(*command, names=("settings.toml",))
    refuses("merge", store, names=("settings.toml",))


@pytest.mark.parametrize(
    "content", ["=", "format = 'x'", "format = []", "x = 1", b"\xff", "programme = 5", ""]
)
def test_damaged_settings_are_named_and_left_as_they_are(store, refuses, content):
    content = content if isinstance(content, bytes) else content.encode()
    (store / "settings.toml").write_bytes(content)
    refuses("list", "household")


@pytest.mark.parametrize(
    "line",
    [
        "operator = 5",
        "language = 5",
        "typing = []",
        "ascii_borders = 'x'",
    ],
)
def test_a_setting_of_another_kind_is_named_or_ignored(store, nq77, line):
    settings = store / "settings.toml"
    name = line.partition(" ")[0]
    kept = [one for one in settings.read_text().splitlines() if not one.startswith(name)]
    settings.write_text("\n".join([*kept, line]), encoding="utf-8")
    assert nq77("--store", store, "list", "household").status in (0, 1)


def test_settings_that_are_a_folder_are_named(store, nq77):
    (store / "settings.toml").unlink()
    (store / "settings.toml").mkdir()
    assert nq77("--store", store, "list", "household").status == 1


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_folder_without_a_store_is_named_and_stays_empty(nq77, tmp_path, command):
    folder = tmp_path / "[red]empty"
    folder.mkdir()
    for lang, place in zip(LANGUAGES, (folder, tmp_path / "nowhere"), strict=True):
        ran = nq77("--lang", lang, "--store", place, *command)
        assert (ran.status, ran.out) == (1, "")
        assert str(place) in ran.err
        assert WAY_OUT[lang] in ran.err
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "nowhere").exists()


def test_a_store_is_not_made_over_another_nor_inside_a_file(nq77, store, tmp_path):
    before = files(store)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for lang in LANGUAGES:
        for place in (store, tmp_path / "file", tmp_path / "file" / "store"):
            ran = nq77("--lang", lang, "init", place)
            assert (ran.status, ran.out) == (1, "")
            assert str(place) in ran.err
            assert WAY_OUT[lang] in ran.err
    assert files(store) == before


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"5",
        b'{"a": 1}',
        b"\x89PNG\r\n",
        b"id,head\n1,Lan\n",
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_file_that_is_no_store_is_named_when_it_is_merged(refuses, filled, tmp_path, content):
    file = tmp_path / "[b]x.json"
    file.write_bytes(content)
    refuses("merge", file, names=(str(file),))


def test_a_path_that_leads_nowhere_is_named_when_it_is_merged(refuses, tmp_path):
    refuses("merge", tmp_path / "nowhere", names=("nowhere",))
    (tmp_path / "empty").mkdir()
    refuses("merge", tmp_path / "empty", names=("empty",))
    refuses("merge", "/dev/null", names=("/dev/null",))
    refuses("merge", "a\x1b[31m", names=("a\ufffd[31m",))


def test_one_bad_file_among_good_ones_is_named_and_left_out(nq77, store, tmp_path, key):
    stick = tmp_path / "stick"
    stick.mkdir()
    good = {"household": {key("AAAAAAAA-1"): {"head": "x", "_": "AAAAAAAA-1 0 1 A"}}}
    (stick / "a.json").write_text(json.dumps(good), encoding="utf-8")
    (stick / "b.json").write_text("{", encoding="utf-8")
    for lang, new in zip(LANGUAGES, (1, 0), strict=True):
        ran = nq77("--lang", lang, "--store", store, "merge", stick)
        assert (ran.status, ran.counts["in"], ran.counts["new"]) == (1, 1, new)
        assert "b.json" in ran.err
        assert WAY_OUT[lang] in ran.err


def test_one_bad_file_among_those_named_refuses_all_and_changes_nothing(
    refuses, filled, tmp_path, key
):
    good = {"household": {key("AAAAAAAA-1"): {"head": "x", "_": "AAAAAAAA-1 0 1 A"}}}
    files = tmp_path / "a.json", tmp_path / "b.json"
    files[0].write_text(json.dumps(good), encoding="utf-8")
    files[1].write_text("{", encoding="utf-8")
    refuses("merge", *files, names=("b.json",))


def test_refused_rows_of_a_merge_are_named_and_the_rest_is_taken_in(nq77, store, key, hostile_file):
    file = hostile_file({"household": {
        key("AAAAAAAA-1"): {"head": "x", "_": "AAAAAAAA-1 0 1 A"},
        key("AAAAAAAA-2"): {"head": "y", "_": "rubbish"},
    }})  # fmt: skip
    for lang, (new, known) in zip(LANGUAGES, ((1, 0), (0, 1)), strict=True):
        ran = nq77("--lang", lang, "--store", store, "merge", file)
        assert ran.status == 1
        assert ran.counts == {"in": 2, "new": new, "changed": 0, "known": known, "conflicted": 0,
                              "refused": 1}  # fmt: skip
        assert "AAAAAAAA-2" in ran.err
        assert WAY_OUT[lang] in ran.err


# -- real processes ----------------------------------------------------------------------------


def process_of(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nq77tui", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_process_speaks_on_stderr_and_keeps_stdout_for_data(store, lang):
    ran = process_of("--store", store, "add", "household", "head=Vi Thị Lan", NQ77_LANG=lang)
    assert ran.returncode == 0
    made = ran.stdout.strip()
    ran = process_of("--store", store, "list", "household", NQ77_LANG=lang)
    assert (ran.returncode, ran.stdout) == (0, f"{made}\tVi Thị Lan\n")
    ran = process_of("--store", store, "set", made, "persons=70.5", NQ77_LANG=lang)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "70,5" in ran.stderr
    assert WAY_OUT[lang] in ran.stderr
    assert process_of("nosuch", NQ77_LANG=lang).returncode == 2


def test_the_app_without_a_terminal_says_so(store):
    ran = process_of("--store", store)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert WAY_OUT["vi"] in ran.stderr


def test_a_reader_that_goes_away_is_no_error(store, nq77, key, hostile_file):
    documents = {key(f"AAAAAAAA-{n}"): {"head": "x" * 200, "_": f"AAAAAAAA-{n} 0 1 A"}
                 for n in range(1, 10)}  # fmt: skip
    more = {key(f"AAAAAAAA-{n}0{m}"): {"head": "x" * 200, "_": f"AAAAAAAA-{n}0{m} 0 1 A"}
            for n in range(1, 10) for m in range(10)}  # fmt: skip
    nq77("--store", store, "merge", hostile_file({"household": {**documents, **more}}))
    ran = subprocess.run(
        f"'{sys.executable}' -m nq77tui --store '{store}' list household --json | head -c 1",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "["
    assert "Error" not in ran.stderr


@pytest.mark.parametrize("argument", ["household\udcff", "\udcff"])
def test_an_argument_of_bytes_that_are_no_text_is_refused(store, argument):
    ran = process_of("--store", store, "list", argument)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1258"])
def test_a_terminal_that_cannot_show_vietnamese_shows_what_it_can(store, nq77, encoding):
    nq77("--store", store, "add", "household", "head=Vi Thị Lan ễ")
    ran = process_of("--store", store, "list", "household", PYTHONIOENCODING=encoding)
    assert ran.returncode == 0


# -- output and files that fail ------------------------------------------------------------------


FULL = Path("/dev/full")


@pytest.fixture
def process(store, tmp_path):
    """Runs ``nq77`` as a process of its own, with its output as the test wants it."""

    def run(*command: object, setting: str = "", **options) -> subprocess.CompletedProcess[str]:
        called = f"{setting}\nimport sys; from nq77tui.cli import main; sys.exit(main())"
        return subprocess.run(
            [sys.executable, "-c", called, "--store", store, *map(str, command)],
            env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")},
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **options,
        )

    return run


@pytest.mark.skipif(not FULL.is_char_device(), reason="no /dev/full")
@pytest.mark.parametrize(
    "command",
    [("list", "household"), ("export", "household"), ("export", "all"), ("inbox", "--json")],
)
def test_output_that_cannot_be_written_is_said_and_is_no_success(filled, process, command):
    with FULL.open("wb") as full:
        ran = process(*command, stdout=full)
    assert ran.returncode == 1
    assert WAY_OUT["vi"] in ran.stderr
    assert "Traceback" not in ran.stderr


def test_streams_that_the_caller_closed_do_no_harm(filled, process, store):
    closing = "import os; [os.close(number) for number in (0, 1, 2)]"
    for command in (
        ("export", "household"),
        ("inbox", "--json"),
        ("set", filled["house"], "persons=4"),
    ):
        start = f"{closing}; import sys; sys.stdin = sys.stdout = sys.stderr = None"
        ran = process(*command, setting=start)
        assert (ran.returncode, ran.stderr) == (0, "")
    shown = process("show", filled["house"], stdout=subprocess.PIPE)
    assert "persons: 4" in shown.stdout


def test_an_export_goes_through_links_and_into_pipes_and_replaces_neither(
    filled, nq77, store, tmp_path
):
    link, far = tmp_path / "link.csv", tmp_path / "far.csv"
    link.symlink_to(far)
    assert nq77("--store", store, "export", "household", "-o", link).status == 0
    assert link.is_symlink()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert nq77("--store", store, "export", "household", "-o", pipe).status == 0
        assert os.read(reader, 1 << 20) == far.read_bytes()
    finally:
        os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("settings.toml", b"\xff\xfe", "UTF-8"),
        ("settings.toml", b"language = 3\n", "language"),
        ("settings.toml", b"format = 1\n", "programme"),
        ("settings.toml", b"x = = 3\n", "1, c"),
        ("store.json", b'{"a":\n ]', "2, c"),
        ("store.json", b'{"a": "\xff"}', "UTF-8"),
    ],
)
def test_a_damaged_file_is_named_with_the_place_in_words(refuses, store, name, content, words):
    (store / name).write_bytes(content)
    refuses("list", "household", names=(name, words))


def test_a_backup_that_cannot_be_read_is_not_called_damaged(nq77, tmp_path):
    ran = nq77("restore", tmp_path / "none", tmp_path / "new")
    assert ran.status == 1
    assert "Errno" not in ran.err
    assert "hỏng" not in ran.err
    (tmp_path / "noise").write_bytes(b"\x1fnoise")
    ran = nq77("restore", tmp_path / "noise", tmp_path / "new")
    assert "gzip" not in ran.err
    assert "hỏng" in ran.err
