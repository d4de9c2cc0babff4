"""The shipped programme and the words of the program."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

import nq77tui
from nq77tui.core.problem import Problem
from nq77tui.core.schema import FIELD_TYPES, Label
from nq77tui.core.typed import read_choice, read_typed, show_value
from nq77tui.core.vietnamese.folding import fold
from nq77tui.programme import LANGUAGES, load_catalogue, load_programme, shipped_folder

PACKAGE = Path(nq77tui.__file__).parent
TODAY = date(2026, 11, 24)
SOURCES = sorted(PACKAGE.rglob("*.py"))


def labels(programme) -> Iterator[tuple[str, Label]]:
    yield "programme", programme.label
    yield "home", programme.home.title
    yield from ((f"group {name}", label) for name, label in programme.home.groups.items())
    for schema in programme.schemas.values():
        yield schema.record, schema.label
        for field in schema:
            here = f"{schema.record}.{field.name}"
            yield here, field.label
            yield from ((f"{here} constraint", found.message) for found in field.constraints)
            yield from ((f"{here} {choice.code}", choice.label) for choice in field.choices)
    for screen in programme.screens.values():
        yield f"screen {screen.record}", screen.label
        yield from ((f"section of {screen.record}", section.label) for section in screen.sections)
        for field in screen.form_fields():
            if field.hint:
                yield f"hint of {screen.record}.{field.name}", field.hint
    for counted in [*programme.metrics.values(), *programme.figures.values()]:
        yield counted.name, counted.label
        yield counted.name, counted.column


def test_the_shipped_programme_is_whole(nq77):
    programme = load_programme(shipped_folder())
    assert len(programme.schemas) == len(programme.screens) >= 17
    ran = nq77("programme", "check")
    assert (ran.status, ran.out) == (0, "")


def test_every_label_hint_and_message_is_written_in_every_language(programme):
    missing = [
        (place, lang)
        for place, label in labels(programme)
        for lang in LANGUAGES
        if not label.get(lang, "").strip()
    ]
    assert missing == []


def test_no_label_has_a_language_that_nobody_reads(programme):
    strange = [place for place, label in labels(programme) if set(label) - set(LANGUAGES)]
    assert strange == []


def test_no_field_type_is_declared_that_no_programme_would_need(programme):
    used = {field.type for schema in programme.schemas.values() for field in schema}
    assert used <= set(FIELD_TYPES)


def test_every_label_of_a_choice_means_that_choice_when_it_is_typed(programme):
    wrong = [
        (schema.record, field.name, choice.code, text, found.code)
        for schema in programme.schemas.values()
        for field in schema
        for choice in field.choices
        for text in (choice.code, *choice.label.values())
        if (found := read_choice(field, text)) is not choice
    ]
    assert wrong == []


def test_several_answers_can_be_typed_again_as_they_are_shown(programme):
    wrong = []
    for schema in programme.schemas.values():
        for field in schema:
            if field.type == "choices":
                codes = [choice.code for choice in field.choices]
                for answer in (codes, *([code] for code in codes)):
                    for lang in LANGUAGES:
                        if read_typed(field, show_value(field, answer, lang), TODAY) != answer:
                            wrong.append((schema.record, field.name, answer))
    assert wrong == []


def test_no_two_answers_of_one_list_look_alike_without_marks(programme):
    wrong = []
    for schema in programme.schemas.values():
        for field in schema:
            for lang in LANGUAGES:
                folded = [fold(choice.label[lang]) for choice in field.choices]
                if len(set(folded)) != len(folded):
                    wrong.append((schema.record, field.name, lang))
    assert wrong == []


# -- the words ---------------------------------------------------------------------------------


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_catalogues_hold_the_same_keys():
    vietnamese, english = (load_catalogue(lang).keys() for lang in LANGUAGES)
    assert vietnamese ^ english == frozenset()


def test_a_sentence_names_the_same_parameters_in_both_languages():
    catalogues = [load_catalogue(lang)._texts for lang in LANGUAGES]
    differing = {
        key: [names_in(texts[key]) for texts in catalogues]
        for key in catalogues[0]
        if len({frozenset(names_in(texts[key])) for texts in catalogues}) > 1
    }
    assert differing == {}


def test_no_sentence_is_empty_in_one_language_only():
    vietnamese, english = (load_catalogue(lang)._texts for lang in LANGUAGES)
    assert [key for key in vietnamese if bool(vietnamese[key]) != bool(english[key])] == []


def test_no_sentence_is_the_same_in_both_languages():
    vietnamese, english = (load_catalogue(lang)._texts for lang in LANGUAGES)
    # A sentence of several words that is equal in both was not translated.
    words = {key: re.sub(r"\{\w+\}|\W", " ", text).split() for key, text in vietnamese.items()}
    same = [key for key, found in words.items() if vietnamese[key] == english[key] and found[2:]]
    assert same == []


def test_every_file_of_messages_has_its_twin():
    names = [{file.name for file in (PACKAGE / "messages" / lang).glob("*")} for lang in LANGUAGES]
    assert names[0] == names[1]


_PREFIXES = {
    "Problem": "",
    "ValueRefusedError": "value.",
    "DocumentError": "document.",
    "ExpressionError": "expression.",
    "_notice": "replica.",
}
_SAYERS = {"say", "text"}


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def keys_used() -> Iterator[tuple[str, str]]:
    """Every message key in the code, with its place; ``*`` stands for what is filled in."""
    for source in SOURCES:
        place = source.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name, first = _called(node), node.args[0]
            key = ""
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                key = first.value
            elif isinstance(first, ast.JoinedStr):
                key = "".join(
                    part.value if isinstance(part, ast.Constant) else "*" for part in first.values
                )
            if not key:
                continue
            if name in _PREFIXES:
                yield f"{place}:{node.lineno}", _PREFIXES[name] + key
            elif name in _SAYERS and re.fullmatch(r"[a-z_]+(\.[a-z_*]+)+", key):
                yield f"{place}:{node.lineno}", key
            elif place.startswith("programme/") and name in ("wrong", "add") and "*" not in key:
                yield f"{place}:{node.lineno}", f"programme.{key}"


def is_known(key: str, known: frozenset[str]) -> bool:
    if "*" not in key:
        return key in known
    pattern = re.compile(re.escape(key).replace(r"\*", r"[a-z0-9_.]+"))
    return any(pattern.fullmatch(one) for one in known)


def test_every_message_key_in_the_code_stands_in_the_catalogues():
    found = list(keys_used())
    assert len(found) > 100
    known = load_catalogue("en").keys()
    assert [(place, key) for place, key in found if not is_known(key, known)] == []


_GIVEN = {
    "ValueRefusedError": ("value.", {"value"}),
    "DocumentError": ("document.", set()),
    "ExpressionError": ("expression.", {"text", "position", "found"}),
    "_notice": ("replica.", set()),
    "say": ("", set()),
}
"""Callables that take a key and its parameters by name: their prefix, and what they add."""


def params_given() -> Iterator[tuple[str, str, set[str]]]:
    """Calls that spell out all the parameters of their sentence."""
    for source in SOURCES:
        place = source.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            first, given = node.args[0], _params_of(node)
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and given:
                yield f"{place}:{node.lineno}", given[0] + first.value, given[1]


def _params_of(call: ast.Call) -> tuple[str, set[str]] | None:
    """The prefix of the key, and the parameters, where all of them are spelt out."""
    name, named = _called(call), {keyword.arg for keyword in call.keywords}
    if name == "Problem":
        if len(call.args) == 1:
            return ("", set()) if not named else None
        params = call.args[1]
        keys = params.keys if isinstance(params, ast.Dict) else [None]
        names = {getattr(key, "value", None) for key in keys}
        return None if None in names else ("", {str(one) for one in names})
    if name not in _GIVEN or None in named:
        return None
    prefix, more = _GIVEN[name]
    return prefix, {str(one) for one in named} | more


def test_every_sentence_is_given_the_parameters_that_it_names():
    english = load_catalogue("en")._texts
    short = [
        (place, key, names_in(english[key]) - given)
        for place, key, given in params_given()
        if key in english and names_in(english[key]) - given
    ]
    assert short == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_parameter_can_neither_steer_the_terminal_nor_be_taken_for_a_placeholder(lang):
    catalogue = load_catalogue(lang)
    problem = Problem("repository.no_record", {"id": "\x1b[31m{id}\x9b\u202e[red]"})
    text = catalogue.problem(problem)
    assert text.isprintable()
    assert "{id}" in text
    assert "[red]" in text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "command",
    [
        (),
        *(
            (name,)
            for name in (
                "demo", "init", "sample", "new", "add", "set", "show", "delete", "list", "import",
                "export", "merge", "conflicts", "resolve", "coverage", "check", "programme",
            )
        ),
        ("programme", "check"),
    ],
)  # fmt: skip
def test_every_command_explains_itself(nq77, lang, command):
    ran = nq77("--lang", lang, *command, "--help")
    assert ran.status == 0
    assert ran.err == ""
    assert len(ran.out.splitlines()) > 3
