"""Every mistake in a programme is named with file, table and key, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from nq77tui.programme import LANGUAGES, ProgrammeError, load_catalogue, load_programme

Plant = Callable[[Path], None]
HOUSEHOLD, AREA = "schemas/household.toml", "schemas/area.toml"
SCREEN, COVERAGE = "screens/household.toml", "screens/coverage.toml"
REORGANISE = "screens/reorganise.toml"
ASSIGN = "screens/assign.toml"
COUNT = "screens/livestock_count.toml"
SIGNOFF = "screens/signoff.toml"


def put(file: str, text: str) -> Plant:
    """Append to a file."""

    def plant(folder: Path) -> None:
        path = folder / file
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(f"{old}\n{text}\n", encoding="utf-8")

    return plant


def swap(file: str, old: str, new: str) -> Plant:
    """Replace the first place where a text stands."""

    def plant(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return plant


def whole(file: str, content: bytes) -> Plant:
    return lambda folder: (folder / file).write_bytes(content) and None


def gone(file: str) -> Plant:
    return lambda folder: (folder / file).unlink()


def moved(file: str, other: str) -> Plant:
    return lambda folder: (folder / file).rename(folder / other) and None


def field(kind: str, more: str = "") -> Plant:
    """One more field of a household."""
    head = f'[fields.x]\ntype = "{kind}"\nlabel = {{ vi = "X" }}\n'
    return put(HOUSEHOLD, head + more)


def rule(test: str) -> Plant:
    """One more rule on a household's note."""
    head = '[[fields.note.constraint]]\nmessage = { vi = "X" }\n'
    return put(HOUSEHOLD, f'{head}test = "{test}"')


def changes(text: str, file: str = HOUSEHOLD) -> Plant:
    """How fields became what they are, up to version 3."""

    def plant(folder: Path) -> None:
        swap(file, "version = 1", "version = 3")(folder)
        put(file, f"[[changes]]\n{text}")(folder)

    return plant


@dataclass(frozen=True)
class Planted:
    """A mistake, and what has to be said about it."""

    name: str
    plant: Plant
    key: str
    says: tuple[str, ...]


MISTAKES = [
    # -- what makes two records look like one ---------------------------------------------------
    Planted(
        "a rule for doubles with a field that is not there",
        swap(HOUSEHOLD, '["head", "area"]', '["haed", "area"]'),
        "unknown_field",
        (HOUSEHOLD, "duplicates", "agree", "haed"),
    ),
    Planted(
        "a field that tells doubles apart and is not there",
        swap(HOUSEHOLD, 'differ = ["head_birth"', 'differ = ["birth"'),
        "unknown_field",
        (HOUSEHOLD, "duplicates", "differ", "birth"),
    ),
    Planted(
        "rules for doubles that are no lists",
        swap(HOUSEHOLD, 'agree = [["head", "area"], ["code"]]', 'agree = ["head", "area"]'),
        "wrong_kind",
        (HOUSEHOLD, "duplicates", "agree"),
    ),
    Planted(
        "a rule for doubles that nothing has to agree for",
        swap(HOUSEHOLD, '["head", "area"], ["code"]', "[]"),
        "wrong_kind",
        (HOUSEHOLD, "duplicates", "agree"),
    ),
    Planted(
        "no rule for doubles",
        swap(HOUSEHOLD, 'agree = [["head", "area"], ["code"]]', ""),
        "missing_key",
        (HOUSEHOLD, "duplicates", "agree"),
    ),
    Planted(
        "a misspelt key of the doubles",
        swap(HOUSEHOLD, "differ = [", "diffre = ["),
        "unknown_key",
        (HOUSEHOLD, "duplicates", "diffre"),
    ),
    Planted(
        "a record type with the name of the engine's own",
        moved("schemas/vaccination.toml", "schemas/distinct_pair.toml"),
        "bad_name",
        ("schemas/distinct_pair.toml", "distinct_pair"),
    ),
    # -- how fields became what they are -------------------------------------------------------
    Planted(
        "a change without a version",
        changes('rename = { remark = "note" }'),
        "missing_key",
        (HOUSEHOLD, "changes[0]", "version"),
    ),
    Planted(
        "a change of a version to come",
        changes('version = 4\nrename = { remark = "note" }'),
        "change_version",
        (HOUSEHOLD, "changes[0]", "4", "3"),
    ),
    Planted(
        "a change of the first version",
        changes('version = 1\nrename = { remark = "note" }'),
        "change_version",
        (HOUSEHOLD, "changes[0]", "1"),
    ),
    Planted(
        "changes out of order",
        changes('version = 3\nremove = ["a"]\n[[changes]]\nversion = 2\nremove = ["b"]'),
        "change_order",
        (HOUSEHOLD, "changes[1]", "2"),
    ),
    Planted(
        "a change that changes nothing",
        changes("version = 2"),
        "change_empty",
        (HOUSEHOLD, "changes[0]", "2"),
    ),
    Planted(
        "a misspelt kind of change",
        changes('version = 2\nrenamed = { remark = "note" }'),
        "unknown_key",
        (HOUSEHOLD, "changes[0]", "renamed"),
    ),
    Planted(
        "a change that is no table",
        changes("version = 2\nrename = 4"),
        "wrong_kind",
        (HOUSEHOLD, "changes[0]", "rename", "4"),
    ),
    Planted(
        "a field that goes two ways",
        changes('version = 2\nrename = { remark = "note" }\nremove = ["remark"]'),
        "change_twice",
        (HOUSEHOLD, "changes[0]", "remark"),
    ),
    Planted(
        "two fields that become one",
        changes('version = 2\nrename = { a = "note", b = "note" }'),
        "change_twice",
        (HOUSEHOLD, "changes[0]", "note"),
    ),
    Planted(
        "a rename to a field that is not there",
        changes('version = 2\nrename = { remark = "notes" }'),
        "change_to_nothing",
        (HOUSEHOLD, "changes[0]", "rename", "remark", "notes"),
    ),
    Planted(
        "a rename to a name that a later version took away again",
        changes(
            'version = 2\nrename = { a = "b" }\n[[changes]]\nversion = 3\nrename = { c = "note" }'
        ),
        "change_to_nothing",
        (HOUSEHOLD, "changes[0]", "b"),
    ),
    Planted(
        "new codes for a field that was not there",
        changes('version = 2\nchoices.clas = { a = "" }'),
        "change_unknown",
        (HOUSEHOLD, "changes[0]", "clas"),
    ),
    Planted(
        "new codes for a field without choices",
        changes('version = 2\nchoices.note = { a = "" }'),
        "not_for_type",
        (HOUSEHOLD, "changes[0].choices", "note", "text"),
    ),
    Planted(
        "a new code that is not in the list",
        changes('version = 2\nchoices.head_gender = { x = "y" }'),
        "change_code",
        (HOUSEHOLD, "changes[0].choices.head_gender", "y"),
    ),
    Planted(
        "a change to a type that there is not",
        changes('version = 2\ntype = { persons = "intger" }'),
        "unknown_type",
        (HOUSEHOLD, "changes[0].type", "persons", "intger", "integer"),
    ),
    Planted(
        "a change to another type than the field has",
        changes('version = 2\ntype = { persons = "decimal" }'),
        "change_type",
        (HOUSEHOLD, "changes[0].type", "persons", "decimal", "integer"),
    ),
    Planted(
        "a split into one",
        changes('version = 2\n[changes.split.remark]\ninto = ["note"]'),
        "split_into",
        (HOUSEHOLD, "changes[0].split.remark", "into"),
    ),
    Planted(
        "a split at nothing",
        changes('version = 2\n[changes.split.remark]\ninto = ["note", "head"]\nat = ""'),
        "missing_key",
        (HOUSEHOLD, "changes[0].split.remark", "at"),
    ),
    Planted(
        "a removed field that is there",
        changes('version = 2\nremove = ["note"]'),
        "removed_again",
        (HOUSEHOLD, "changes[0]", "note"),
    ),
    Planted(
        "another type for a field of the key",
        changes('version = 2\ntype = { code = "code" }', file=AREA),
        "change_of_key",
        ("schemas/area.toml", "changes[0]", "code"),
    ),
    # -- names that mean something of the wrong kind -------------------------------------------
    Planted(
        "a parent that is no reference",
        swap(AREA, 'parent = "parent"', 'parent = "name"'),
        "wrong_field_type",
        (AREA, "parent", "name", "reference"),
    ),
    Planted(
        "a level that is no choice",
        swap(AREA, 'level = "level"', 'level = "name"'),
        "wrong_field_type",
        (AREA, "level", "name", "choice"),
    ),
    Planted(
        "a begin that is no date",
        swap(HOUSEHOLD, 'begins = "from"', 'begins = "head"'),
        "wrong_field_type",
        (HOUSEHOLD, "begins", "head", "date"),
    ),
    Planted(
        "an end that is no date",
        swap(HOUSEHOLD, 'ends = "to"', 'ends = "head"'),
        "wrong_field_type",
        (HOUSEHOLD, "ends", "head", "date"),
    ),
    Planted(
        "a sum of texts",
        swap(COVERAGE, 'sum = "persons"', 'sum = "head"'),
        "wrong_field_type",
        (COVERAGE, "sum", "head", "integer"),
    ),
    Planted(
        "an assigned person that is no reference",
        swap("screens/assign.toml", 'who = "person"', 'who = "note"'),
        "wrong_field_type",
        ("screens/assign.toml", "who", "note", "reference"),
    ),
    Planted(
        "a link to another type than is counted",
        swap(
            COVERAGE,
            'record = "directive", link = "area"',
            'record = "assignment", link = "person"',
        ),
        "link_elsewhere",
        (COVERAGE, "link", "person", "area"),
    ),
    Planted(
        "a link that is no reference",
        swap(
            COVERAGE, 'record = "directive", link = "area"', 'record = "directive", link = "note"'
        ),
        "link_elsewhere",
        (COVERAGE, "link", "note"),
    ),
    Planted(
        "a metric without a test",
        swap(COVERAGE, "have = { where = \"${status} = 'done'\" }", "have = { }"),
        "missing_key",
        (COVERAGE, "have", "where"),
    ),
    Planted(
        "a sign-off without the field of the period",
        swap(SIGNOFF, 'period = "period"', ""),
        "missing_key",
        (SIGNOFF, "signoff", "period"),
    ),
    Planted(
        "a sign-off of a field that there is not",
        swap(SIGNOFF, 'comment = "comment"', 'comment = "remark"'),
        "unknown_field",
        (SIGNOFF, "signoff", "comment", "remark"),
    ),
    Planted(
        "a sign-off whose state is a text",
        swap(SIGNOFF, 'state = "state"', 'state = "comment"'),
        "wrong_field_type",
        (SIGNOFF, "signoff", "state", "comment"),
    ),
    Planted(
        "a state that is none of the choices",
        swap(SIGNOFF, 'approved = "approved"', 'approved = "accepted"'),
        "not_one_of",
        (SIGNOFF, "signoff", "approved", "accepted"),
    ),
    Planted(
        "a level that the tree does not have",
        swap(SIGNOFF, '"commune", "village"]', '"commune", "hamlet"]'),
        "not_one_of",
        (SIGNOFF, "signoff", "levels", "hamlet"),
    ),
    Planted(
        "a sign-off of a period that there is not",
        swap(SIGNOFF, 'every = "quarter"', 'every = "week"'),
        "not_one_of",
        (SIGNOFF, "signoff", "every", "week"),
    ),
    Planted(
        "figures to be kept that nobody counts",
        swap(SIGNOFF, '"goats"', '"sheep"'),
        "unknown_metric",
        (SIGNOFF, "signoff", "keep", "sheep"),
    ),
    Planted(
        "a sign-off that two machines would make twice",
        swap("schemas/signoff.toml", 'key = ["area", "period"]', "key = []"),
        "not_one_of",
        ("schemas/signoff.toml", "key", "area, period"),
    ),
    Planted(
        "a second sign-off",
        put("screens/target.toml", '[signoff]\narea = "area"'),
        "name_twice",
        ("screens/target.toml", "signoff", "screens/signoff.toml"),
    ),
    Planted(
        "a decision that is no field of an assignment",
        swap(ASSIGN, 'decision = "decision"', 'decision = "order"'),
        "unknown_field",
        (ASSIGN, "decision", "order", "assignment"),
    ),
    Planted(
        "a tie of units that is no field of theirs",
        swap(ASSIGN, 'field = "group"', 'field = "hamlet"'),
        "unknown_field",
        (ASSIGN, "together[0]", "hamlet", "household"),
    ),
    Planted(
        "a tie without a field",
        swap(ASSIGN, 'field = "group"', ""),
        "missing_key",
        (ASSIGN, "together[0]", "field"),
    ),
    Planted(
        "the first word of what is no text",
        swap(ASSIGN, 'field = "group"', 'first_word = true\nfield = "group"'),
        "wrong_field_type",
        (ASSIGN, "together[0]", "first_word", "group"),
    ),
    Planted(
        "a misspelt key of a tie",
        swap(ASSIGN, "first_word = true", "firstword = true"),
        "unknown_key",
        (ASSIGN, "together[1]", "firstword"),
    ),
    Planted(
        "a reorganisation without the column of the code",
        swap(REORGANISE, 'code = "code"\nname', "name"),
        "missing_key",
        (REORGANISE, "columns.code"),
    ),
    Planted(
        "a reorganisation into a field that there is not",
        swap(REORGANISE, 'note = "legal_basis"', 'basis = "legal_basis"'),
        "unknown_field",
        (REORGANISE, "columns", "basis", "area"),
    ),
    Planted(
        "what hangs and leads to no area",
        swap(REORGANISE, 'link = "person.area"', 'link = "person"'),
        "link_elsewhere",
        (REORGANISE, "hanging[1]", "link", "person", "area"),
    ),
    Planted(
        "what cannot be renewed",
        swap(REORGANISE, 'record = "target"', 'record = "target"\nrenew = true'),
        "cannot_renew",
        (REORGANISE, "hanging[5]", "renew", "target"),
    ),
    Planted(
        "a period that there is not",
        swap(COVERAGE, 'period = "year"', 'period = "decade"'),
        "not_one_of",
        (COVERAGE, "period", "decade", "quarter"),
    ),
    Planted(
        "a period without what lies in it",
        swap(COVERAGE, ', in_period = "year"', ""),
        "period_alone",
        (COVERAGE, "communes_with_model_of_year", "period"),
    ),
    Planted(
        "a name that lies in no period",
        swap(COVERAGE, 'in_period = "year"', 'in_period = "name"'),
        "wrong_field_type",
        (COVERAGE, "have.in_period", "name", "date"),
    ),
    Planted(
        "a width below one",
        swap(SCREEN, "width = 13", "width = -13"),
        "bad_width",
        (SCREEN, "width", "-13"),
    ),
    Planted(
        "a label in no language of the program",
        swap(
            HOUSEHOLD,
            'label = { vi = "Mã hộ", en = "Household no." }',
            'label = { vn = "Mã hộ" }',
        ),
        "no_language",
        (HOUSEHOLD, "fields.code", "label", "vn"),
    ),
    Planted(
        "a required field that the form leaves out",
        swap(SCREEN, '    "head",\n', ""),
        "not_in_form",
        (SCREEN, "form", "head"),
    ),
    # -- grids of rows -------------------------------------------------------------------------
    Planted(
        "a section of fields and of rows",
        swap(SCREEN, "[form.section.repeat]", 'fields = ["phone"]\n[form.section.repeat]'),
        "fields_and_repeat",
        (SCREEN, "form.section", "repeat"),
    ),
    Planted(
        "a paper form that is found again by a field that there is not",
        swap(SCREEN, 'verify = ["area", "head"]', 'verify = ["area", "haed"]'),
        "unknown_field",
        (SCREEN, "form", "verify", "haed"),
    ),
    Planted(
        "a paper form of which nothing is left to be keyed again",
        swap(COUNT, '"household", "species"]', '"household", "species", "head", "note"]'),
        "nothing_to_verify",
        (COUNT, "form", "verify"),
    ),
    Planted(
        "a grid wider than the screen",
        swap(SCREEN, '{ name = "name", width = 26', '{ name = "name", width = 66'),
        "too_wide",
        (SCREEN, "columns", "115", "78"),
    ),
    Planted(
        "rows that do not lead to the record",
        swap(SCREEN, 'link = "household"', 'link = "name"'),
        "link_not_here",
        (SCREEN, "link", "name", "household"),
    ),
    Planted(
        "rows of a type that there is none of",
        swap(SCREEN, 'record = "member"', 'record = "membre"'),
        "unknown_record",
        (SCREEN, "record", "membre"),
    ),
    Planted(
        "a required field that the rows leave out",
        swap(SCREEN, '{ name = "name", width = 26', '{ name = "note", width = 26'),
        "not_in_form",
        (SCREEN, "columns", "name"),
    ),
    Planted(
        "a column that is given",
        swap(SCREEN, 'area = "${area}"', "species = \"'TRAU'\""),
        "given_twice",
        (SCREEN, "columns", "species"),
    ),
    Planted(
        "a first row of a field that there is not",
        swap(SCREEN, "first = { name =", "first = { nme ="),
        "unknown_field",
        (SCREEN, "first", "nme"),
    ),
    Planted(
        "a row for each of what is no choice",
        swap(SCREEN, 'each = "species"', 'each = "head"'),
        "wrong_field_type",
        (SCREEN, "each", "head", "choice"),
    ),
    Planted(
        "a field that goes on after a length it has not",
        swap(SCREEN, '    "head",', '    { name = "head", advance = true },'),
        "no_length",
        (SCREEN, "head.advance"),
    ),
    # -- reading one file ----------------------------------------------------------------------
    Planted("broken TOML", put(HOUSEHOLD, "[fields"), "not_toml", (HOUSEHOLD,)),
    Planted(
        "a file in an old code page",
        whole(HOUSEHOLD, "label = 'Hộ'".encode("cp1258", "replace") + b"\xff"),
        "not_toml",
        (HOUSEHOLD,),
    ),
    Planted(
        "a missing programme file",
        gone("schemas/programme.toml"),
        "not_toml",
        ("schemas/programme.toml",),
    ),
    Planted(
        "a programme without an id",
        swap("schemas/programme.toml", 'id = "nq77"', ""),
        "missing_key",
        ("schemas/programme.toml", "id"),
    ),
    Planted(
        "a label missing",
        swap(HOUSEHOLD, 'label = { vi = "Hộ gia đình", en = "Household" }', ""),
        "missing_key",
        (HOUSEHOLD, "label"),
    ),
    Planted(
        "a field's label missing",
        put(HOUSEHOLD, '[fields.x]\ntype = "text"'),
        "missing_key",
        (HOUSEHOLD, "fields.x", "label"),
    ),
    Planted(
        "a reference to nothing", field("reference"), "missing_key", (HOUSEHOLD, "fields.x", "to")
    ),
    Planted(
        "a choice without a list",
        field("choice"),
        "missing_key",
        (HOUSEHOLD, "fields.x", "choices"),
    ),
    Planted(
        "a choice without a code",
        put("schemas/choices.toml", '[[zz]]\nlabel = { vi = "X" }'),
        "missing_key",
        ("schemas/choices.toml", "zz[0]", "code"),
    ),
    Planted(
        "a constraint without a test",
        put(HOUSEHOLD, '[[fields.note.constraint]]\nmessage = { vi = "X" }'),
        "missing_key",
        (HOUSEHOLD, "fields.note.constraint[0]", "test"),
    ),
    Planted(
        "no fields at all",
        whole("schemas/visit.toml", b'label = { vi = "X" }\ntitle = ["a"]\narea = "b"'),
        "missing_key",
        ("schemas/visit.toml", "fields"),
    ),
    Planted(
        "no title", swap(HOUSEHOLD, 'title = ["head"]', ""), "missing_key", (HOUSEHOLD, "title")
    ),
    Planted("no area", swap(HOUSEHOLD, 'area = "area"', ""), "missing_key", (HOUSEHOLD, "area")),
    Planted(
        "a misspelt key of a record",
        swap(HOUSEHOLD, "title =", "titel ="),
        "unknown_key",
        (HOUSEHOLD, "titel"),
    ),
    Planted(
        "a misspelt key of a field",
        swap(HOUSEHOLD, "required = true", "requird = true"),
        "unknown_key",
        (HOUSEHOLD, "fields.head", "requird"),
    ),
    Planted(
        "a misspelt key of a constraint",
        put(HOUSEHOLD, '[[fields.note.constraint]]\ntest = "true()"\nmesage = 1'),
        "unknown_key",
        (HOUSEHOLD, "fields.note.constraint[0]", "mesage"),
    ),
    Planted(
        "a misspelt key of the tree",
        swap(AREA, 'parent = "parent"', 'parent = "parent"\nparnt = "x"'),
        "unknown_key",
        (AREA, "tree", "parnt"),
    ),
    Planted(
        "a misspelt key of a column",
        swap(SCREEN, "width = 13", "widht = 13"),
        "unknown_key",
        (SCREEN, "list.columns[0]", "widht"),
    ),
    Planted(
        "a misspelt key of a form field",
        swap(SCREEN, "carry = true", "cary = true"),
        "unknown_key",
        (SCREEN, "form.section[0].fields[0]", "cary"),
    ),
    Planted(
        "a misspelt key of a metric",
        put(COVERAGE, "[metrics.communes_led.x]"),
        "unknown_key",
        (COVERAGE, "metrics.communes_led", "x"),
    ),
    Planted(
        "a misspelt key of a figure",
        put(COVERAGE, "[figures.households.x]"),
        "unknown_key",
        (COVERAGE, "figures.households", "x"),
    ),
    Planted(
        "a text where a number is needed",
        swap(HOUSEHOLD, "version = 1", 'version = "one"'),
        "wrong_kind",
        (HOUSEHOLD, "version", "“one”"),
    ),
    Planted(
        "a yes where a number is needed",
        swap(HOUSEHOLD, "version = 1", "version = true"),
        "wrong_kind",
        (HOUSEHOLD, "version", "“true”"),
    ),
    Planted(
        "a text where a label is needed",
        swap(HOUSEHOLD, '{ vi = "Hộ gia đình", en = "Household" }', '"Hộ"'),
        "wrong_kind",
        (HOUSEHOLD, "label"),
    ),
    Planted(
        "a number in a label",
        put(HOUSEHOLD, '[fields.x]\ntype = "text"\nlabel = { vi = 5 }'),
        "wrong_kind",
        (HOUSEHOLD, "fields.x", "label"),
    ),
    Planted(
        "a number in a list of names",
        swap(HOUSEHOLD, 'title = ["head"]', "title = [5]"),
        "wrong_kind",
        (HOUSEHOLD, "title"),
    ),
    Planted(
        "a field that is no table",
        swap(HOUSEHOLD, "[fields.head]", "[fields]\nx = 5\n[fields.head]"),
        "wrong_kind",
        (HOUSEHOLD, "fields", "x"),
    ),
    Planted(
        "fields that are no table",
        whole("schemas/visit.toml", b'fields = 5\nlabel = { vi = "X" }'),
        "wrong_kind",
        ("schemas/visit.toml", "fields"),
    ),
    Planted(
        "constraints that are no tables",
        field("text", "constraint = [5]"),
        "wrong_kind",
        (HOUSEHOLD, "fields.x", "constraint"),
    ),
    Planted(
        "choices that are no tables",
        field("choice", "choices = 5"),
        "wrong_kind",
        (HOUSEHOLD, "fields.x", "choices"),
    ),
    Planted(
        "a form field that is a number",
        swap(SCREEN, '    "head",', "    5,"),
        "wrong_kind",
        (SCREEN, "form.section[0]", "fields"),
    ),
    Planted(
        "a number that cannot be masked",
        field("integer", "sensitive = true"),
        "not_for_type",
        (HOUSEHOLD, "fields.x", "sensitive", "integer"),
    ),
    Planted(
        "thousands signs for what is no whole number",
        field("text", "grouping = false"),
        "not_for_type",
        (HOUSEHOLD, "fields.x", "grouping", "text"),
    ),
    Planted(
        "a record named by a telephone",
        swap(HOUSEHOLD, 'title = ["head"]', 'title = ["head", "phone"]'),
        "sensitive_title",
        (HOUSEHOLD, "title", "phone"),
    ),
    Planted(
        "records written by a role that there is not",
        swap(HOUSEHOLD, 'area = "area"', 'area = "area"\nwritten_by = "viewer"'),
        "not_one_of",
        (HOUSEHOLD, "written_by", "viewer", "operator, supervisor"),
    ),
    Planted(
        "an expression that is a number",
        field("text", "relevant = 5"),
        "wrong_kind",
        (HOUSEHOLD, "fields.x", "relevant"),
    ),
    Planted(
        "a shared list that is no list",
        whole("schemas/choices.toml", b"gender = 5"),
        "wrong_kind",
        ("schemas/choices.toml", "gender"),
    ),
    Planted(
        "a name in capitals",
        put(HOUSEHOLD, '[fields.Ten]\ntype = "text"\nlabel = { vi = "X" }'),
        "bad_name",
        (HOUSEHOLD, "Ten"),
    ),
    Planted(
        "a reserved name",
        put(HOUSEHOLD, '[fields.id]\ntype = "text"\nlabel = { vi = "X" }'),
        "bad_name",
        (HOUSEHOLD, "fields.id"),
    ),
    Planted(
        "a file name in capitals",
        moved("schemas/visit.toml", "schemas/Visit.toml"),
        "bad_name",
        ("schemas/Visit.toml", "Visit"),
    ),
    Planted(
        "an unknown type",
        swap(HOUSEHOLD, 'type = "integer"', 'type = "intger"'),
        "unknown_type",
        (HOUSEHOLD, "fields.persons", "intger", "integer"),
    ),
    Planted(
        "an unknown severity",
        swap(HOUSEHOLD, 'severity = "warning"', 'severity = "warn"'),
        "not_one_of",
        (HOUSEHOLD, "fields.head.constraint[0]", "severity", "warn", "warning"),
    ),
    Planted(
        "an unknown appearance",
        swap(SCREEN, 'appearance = "quick"', 'appearance = "quik"'),
        "not_one_of",
        (SCREEN, "appearance", "quik", "quick"),
    ),
    Planted(
        "choices on a text",
        field("text", 'choices = "gender"'),
        "not_for_type",
        (HOUSEHOLD, "fields.x", "choices", "text"),
    ),
    Planted(
        "an unknown list",
        swap(HOUSEHOLD, 'choices = "gender"', 'choices = "gendre"'),
        "unknown_list",
        (HOUSEHOLD, "fields.head_gender", "choices", "gendre"),
    ),
    Planted(
        "one code twice",
        put(
            "schemas/choices.toml",
            '[[zz]]\ncode = "a"\nlabel = { vi = "X" }\n[[zz]]\ncode = "a"\nlabel = { vi = "Y" }',
        ),
        "choice_twice",
        ("schemas/choices.toml", "zz[1]", "a"),
    ),
    # -- expressions ---------------------------------------------------------------------------
    *(
        Planted(
            f"an expression: {found}",
            put(
                HOUSEHOLD,
                f"[fields.x]\ntype = 'text'\nlabel = {{ vi = 'X' }}\nrelevant = '''{found}'''",
            ),
            "bad_expression",
            (HOUSEHOLD, "fields.x", "relevant"),
        )
        for found in (
            " ",
            "1 +",
            "(1",
            "1)",
            "'open",
            "${",
            "${x y}",
            "#",
            "nosuch(1)",
            "year()",
            "1 < 2 < 3",
            "record-type('x')",
            "9" * 400,
            "(" * 60 + "1" + ")" * 60,
            "1 + " * 600 + "1",
            "= 1",
        )
    ),
    Planted(
        "a required that is no expression",
        field("text", "required = '1 +'"),
        "bad_expression",
        (HOUSEHOLD, "fields.x", "required"),
    ),
    # -- one file against another --------------------------------------------------------------
    Planted(
        "no tree",
        swap(AREA, '[tree]\nparent = "parent"\nlevel = "level"\nsuccessor = "successor"', ""),
        "one_tree",
        ("schemas", "0"),
    ),
    Planted(
        "two trees",
        put(HOUSEHOLD, '[tree]\nparent = "group"\nlevel = "class"'),
        "one_tree",
        ("schemas", "2"),
    ),
    Planted(
        "a reference to an unknown record",
        swap(HOUSEHOLD, 'to = ["group"]', 'to = ["gruop"]'),
        "unknown_record",
        (HOUSEHOLD, "fields.group", "gruop"),
    ),
    Planted(
        "a screen without a schema",
        moved("screens/visit.toml", "screens/vist.toml"),
        "unknown_record",
        ("screens/vist.toml", "vist"),
    ),
    Planted(
        "a metric of an unknown record",
        swap(COVERAGE, 'of = { record = "model" }', 'of = { record = "modle" }'),
        "unknown_record",
        (COVERAGE, "metrics.models_done", "modle"),
    ),
    Planted(
        "a metric covered by an unknown record",
        swap(COVERAGE, 'have = { record = "directive"', 'have = { record = "drective"'),
        "unknown_record",
        (COVERAGE, "metrics.communes_with_directive", "drective"),
    ),
    Planted(
        "a figure of an unknown record",
        swap(COVERAGE, 'record = "household"\nsum', 'record = "huosehold"\nsum'),
        "unknown_record",
        (COVERAGE, "figures.population", "huosehold"),
    ),
    Planted(
        "an unknown record to assign",
        swap("screens/assign.toml", 'record = "assignment"', 'record = "asignment"'),
        "unknown_record",
        ("screens/assign.toml", "record", "asignment"),
    ),
    Planted(
        "unknown units to assign",
        swap("screens/assign.toml", 'units = "household"', 'units = "houshold"'),
        "unknown_record",
        ("screens/assign.toml", "units", "houshold"),
    ),
    *(
        Planted(
            f"an unknown field in {key}",
            swap(AREA, f"{key} = {old}", f"{key} = {new}"),
            "unknown_field",
            (AREA, key, "zzz"),
        )
        for key, old, new in (
            ("key", '["code", "valid_from"]', '["code", "zzz"]'),
            ("title", '["name"]', '["zzz"]'),
            ("begins", '"valid_from"', '"zzz"'),
            ("ends", '"valid_to"', '"zzz"'),
        )
    ),
    Planted(
        "an unknown area field",
        swap(HOUSEHOLD, 'area = "area"', 'area = "zzz"'),
        "unknown_field",
        (HOUSEHOLD, "area", "zzz"),
    ),
    Planted(
        "an unknown field in the tree",
        swap(AREA, 'successor = "successor"', 'successor = "zzz"'),
        "unknown_field",
        (AREA, "tree", "zzz"),
    ),
    Planted(
        "an unknown column of a list",
        swap(SCREEN, 'field = "code"', 'field = "zzz"'),
        "unknown_field",
        (SCREEN, "list", "columns", "zzz"),
    ),
    Planted(
        "an unknown sort",
        swap(SCREEN, 'sort = ["area"', 'sort = ["zzz"'),
        "unknown_field",
        (SCREEN, "sort", "zzz"),
    ),
    Planted(
        "an unknown form field",
        swap(SCREEN, '    "head",', '    "zzz",'),
        "unknown_field",
        (SCREEN, "form", "zzz"),
    ),
    Planted(
        "an unknown field in a default",
        swap(SCREEN, '    "head",', '    { name = "head", default = "${zzz}" },'),
        "unknown_field",
        (SCREEN, "form", "head.default", "zzz"),
    ),
    *(
        Planted(
            f"an unknown field in {key}",
            put(
                HOUSEHOLD, f'[fields.x]\ntype = "text"\nlabel = {{ vi = "X" }}\n{key} = "${{zzz}}"'
            ),
            "unknown_field",
            (HOUSEHOLD, "fields.x", key, "zzz"),
        )
        for key in ("required", "relevant", "calculation")
    ),
    Planted(
        "an unknown field in a constraint",
        rule("${zzz} = 1"),
        "unknown_field",
        (HOUSEHOLD, "fields.note", "constraint", "zzz"),
    ),
    Planted(
        "a path that breaks",
        rule("${area.zzz} = 1"),
        "unknown_field",
        (HOUSEHOLD, "fields.note", "constraint", "zzz"),
    ),
    Planted(
        "a path through a text",
        rule("${head.name} = 1"),
        "unknown_field",
        (HOUSEHOLD, "fields.note", "constraint", "name"),
    ),
    Planted(
        "an unknown field in a metric's denominator",
        swap(
            COVERAGE,
            'of = { record = "area", where = "${level}',
            'of = { record = "area", where = "${zzz}',
        ),
        "unknown_field",
        (COVERAGE, "metrics.communes_led", "of.where", "zzz"),
    ),
    Planted(
        "an unknown field in a metric's test",
        swap(COVERAGE, 'have = { where = "${status}', 'have = { where = "${zzz}'),
        "unknown_field",
        (COVERAGE, "metrics.models_done", "have.where", "zzz"),
    ),
    Planted(
        "an unknown link",
        swap(COVERAGE, 'link = "unit"', 'link = "zzz"'),
        "unknown_field",
        (COVERAGE, "metrics.communes_led", "have.link", "zzz"),
    ),
    Planted(
        "an unknown field to tell apart",
        swap(COVERAGE, 'distinct = "person", at_least = 1', 'distinct = "zzz", at_least = 1'),
        "unknown_field",
        (COVERAGE, "metrics.communes_led", "have.distinct", "zzz"),
    ),
    Planted(
        "an unknown sum",
        swap(COVERAGE, 'sum = "persons"', 'sum = "zzz"'),
        "unknown_field",
        (COVERAGE, "figures.population", "sum", "zzz"),
    ),
    Planted(
        "an unknown field in latest",
        swap(COVERAGE, '"species"]', '"zzz"]'),
        "unknown_field",
        (COVERAGE, "figures.goats", "zzz"),
    ),
    Planted(
        "an unknown field in a figure's test",
        swap(COVERAGE, 'where = "${party_member}"', 'where = "${zzz}"'),
        "unknown_field",
        (COVERAGE, "figures.party_members", "where", "zzz"),
    ),
    Planted(
        "an unknown person field",
        swap("screens/assign.toml", 'who = "person"', 'who = "zzz"'),
        "unknown_field",
        ("screens/assign.toml", "who", "zzz"),
    ),
    Planted(
        "an unknown unit field",
        swap("screens/assign.toml", 'unit = "unit"', 'unit = "zzz"'),
        "unknown_field",
        ("screens/assign.toml", "unit", "zzz"),
    ),
    Planted(
        "an unknown column in a filter",
        swap(AREA, 'choice_filter = "level = ${level}"', 'choice_filter = "zzz = ${level}"'),
        "unknown_column",
        (AREA, "fields.type", "choice_filter", "zzz"),
    ),
    Planted(
        "an unknown field of a candidate",
        swap(
            HOUSEHOLD,
            "choice_filter = \"level = 'village'\"",
            "choice_filter = \"zzz = 'village'\"",
        ),
        "unknown_column",
        (HOUSEHOLD, "fields.area", "choice_filter", "zzz"),
    ),
    Planted(
        "a bare name outside a filter",
        field("text", "relevant = 'persons > 1'"),
        "no_candidate",
        (HOUSEHOLD, "fields.x", "relevant", "${persons}"),
    ),
    Planted(
        "an area that is a text",
        swap(HOUSEHOLD, 'area = "area"', 'area = "head"'),
        "not_a_reference",
        (HOUSEHOLD, "area", "head"),
    ),
    Planted(
        "an unknown group",
        swap(SCREEN, 'group = "people"', 'group = "poeple"'),
        "unknown_group",
        (SCREEN, "group", "poeple"),
    ),
    Planted(
        "a key of the app",
        swap(SCREEN, 'key = "h"', 'key = "q"'),
        "bad_screen_key",
        (SCREEN, "key", "q"),
    ),
    Planted(
        "a key of two letters",
        swap(SCREEN, 'key = "h"', 'key = "hh"'),
        "bad_screen_key",
        (SCREEN, "key", "hh"),
    ),
    Planted(
        "one key twice",
        swap(SCREEN, 'key = "h"', 'key = "d"'),
        "clashing_key",
        (SCREEN, "key", "screens/area.toml"),
    ),
    Planted(
        "a record without a screen",
        gone("screens/visit.toml"),
        "no_screen",
        ("schemas/visit.toml", "screens/visit.toml"),
    ),
    Planted(
        "an unknown metric on the first screen",
        swap("screens/home.toml", '"communes_led"', '"communes_lde"'),
        "unknown_metric",
        ("screens/home.toml", "metrics", "communes_lde"),
    ),
    Planted(
        "an unknown metric to assign for",
        swap("screens/assign.toml", '"households_assigned"', '"housholds"'),
        "unknown_metric",
        ("screens/assign.toml", "metric", "housholds"),
    ),
    Planted(
        "neither link nor within",
        swap(
            COVERAGE,
            'have = { record = "directive", link = "area" }',
            'have = { record = "directive" }',
        ),
        "link_or_within",
        (COVERAGE, "metrics.communes_with_directive.have", "link"),
    ),
    Planted(
        "both link and within",
        swap(COVERAGE, 'link = "area" }', 'link = "area", within = true }'),
        "link_or_within",
        (COVERAGE, "metrics.communes_with_directive.have", "link"),
    ),
    Planted(
        "one metric in two files",
        put(
            SCREEN,
            '[metrics.communes_led]\nlabel = { vi = "X" }\n'
            'of = { record = "area" }\nhave = { where = "true()" }',
        ),
        "name_twice",
        (SCREEN, "metrics.communes_led", COVERAGE),
    ),
    Planted(
        "no list on a screen",
        whole(
            "screens/visit.toml",
            b'label = { vi = "X" }\nkey = "0"\ngroup = "care"\n[form]\nsection = []',
        ),
        "missing_key",
        ("screens/visit.toml", "list"),
    ),
]


@pytest.mark.parametrize("planted", MISTAKES, ids=lambda planted: planted.name)
def test_a_planted_mistake_is_named_with_file_table_and_key(copied_programme, planted):
    planted.plant(copied_programme)
    with pytest.raises(ProgrammeError) as refused:
        load_programme(copied_programme)
    found = [p for p in refused.value.problems if p.key == f"programme.{planted.key}"]
    for lang in LANGUAGES:
        words = load_catalogue(lang)
        assert any(says_all(words.problem(problem), planted) for problem in found)
        # No other problem of this programme may trip over its own sentence.
        assert all(words.problem(problem) for problem in refused.value.problems)


@pytest.mark.parametrize(
    "planted",
    {planted.key: planted for planted in MISTAKES}.values(),
    ids=lambda planted: planted.name,
)
def test_a_check_from_the_command_line_names_the_mistake_in_both_languages(
    copied_programme, nq77, planted
):
    planted.plant(copied_programme)
    for lang in LANGUAGES:
        ran = nq77("--lang", lang, "programme", "check", copied_programme)
        assert (ran.status, ran.out) == (1, "")
        assert any(says_all(line, planted) for line in ran.err.splitlines()), ran.err


def says_all(line: str, planted: Planted) -> bool:
    return all(word in line for word in planted.says)


@pytest.mark.parametrize(
    ("lang", "said"), [("vi", "cần một số nguyên"), ("en", "a whole number is needed")]
)
def test_the_kind_that_is_needed_is_said_in_words(copied_programme, nq77, lang, said):
    swap(HOUSEHOLD, "version = 1", 'version = "one"')(copied_programme)
    ran = nq77("--lang", lang, "programme", "check", copied_programme)
    assert said in ran.err


def test_every_problem_of_the_catalogue_has_a_planted_mistake():
    known = {key for key in sorted(load_catalogue("en").keys()) if key.startswith("programme.")}
    planted = {f"programme.{mistake.key}" for mistake in MISTAKES} | {"programme.no_folder"}
    assert known == planted


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["schemas", "screens"])
def test_a_folder_that_lacks_a_part_is_refused(copied_programme, nq77, name, lang):
    (copied_programme / name).rename(copied_programme / "elsewhere")
    ran = nq77("--lang", lang, "programme", "check", copied_programme)
    assert ran.status == 1
    assert any(name in line and str(copied_programme) in line for line in ran.err.splitlines())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_folder_that_is_not_there_is_refused(tmp_path, nq77, lang):
    ran = nq77("--lang", lang, "programme", "check", tmp_path / "nowhere")
    assert (ran.status, ran.out) == (1, "")
    assert str(tmp_path / "nowhere") in ran.err


def test_one_check_names_all_mistakes_of_all_files(copied_programme, nq77):
    for name in ("an unknown type", "an unknown group", "an unknown metric on the first screen"):
        next(one for one in MISTAKES if one.name == name).plant(copied_programme)
    ran = nq77("programme", "check", copied_programme)
    assert all(word in ran.err for word in ("intger", "poeple", "communes_lde"))


def test_every_other_command_refuses_a_programme_with_a_mistake_and_changes_nothing(
    copied_programme, store, nq77
):
    next(one for one in MISTAKES if one.name == "an unknown group").plant(copied_programme)
    before = {file.name: file.read_bytes() for file in store.iterdir() if file.is_file()}
    for command in (["list", "household"], ["add", "household", "head=Vi Văn A"], ["check"]):
        ran = nq77("--store", store, "--programme", copied_programme, *command)
        assert (ran.status, ran.out) == (1, "")
        assert "poeple" in ran.err
    assert {file.name: file.read_bytes() for file in store.iterdir() if file.is_file()} == before
