"""The registry of actions: every key is explained, and no view gives a key two meanings."""

from __future__ import annotations

import re

import pytest

from nq77tui.programme import LANGUAGES, load_catalogue
from nq77tui.programme.check.screen import APP_KEYS
from nq77tui.tui import actions
from nq77tui.tui.actions import Action, shown_key

FUNCTION_KEY = re.compile(r"f\d+")
EVERY = [action for group in actions.ALL for action in group]
TOGETHER = [
    actions.HOME + actions.APP,
    actions.LIST + actions.APP,
    actions.FORM + actions.FIELDS + actions.APP,
    actions.BLIND + actions.FIELDS + actions.APP,
    actions.VERIFY + actions.ROWS + actions.APP,
    actions.DISCREPANCIES + actions.ROWS + actions.APP,
    actions.OPERATORS + actions.ROWS + actions.APP,
    actions.EDITOR + actions.APP,
    actions.NOTICES + actions.ROWS + actions.APP,
    actions.ROWS + actions.APP,
    actions.COVERAGE + actions.ROWS + actions.APP,
    actions.DETAIL + actions.ROWS + actions.APP,
    actions.GAPS + actions.SIFT + actions.ROWS + actions.APP,
    actions.ASSIGN + actions.SIFT + actions.ROWS + actions.APP,
    actions.UNITS + actions.MARK + actions.SIFT + actions.ROWS + actions.APP,
    actions.PEOPLE + actions.MARK + actions.SIFT + actions.ROWS + actions.APP,
    actions.PERSON + actions.MARK + actions.SIFT + actions.ROWS + actions.APP,
    actions.CHARGE + actions.FIELDS + actions.APP,
    actions.STICK + actions.ROWS + actions.APP,
    actions.PICK + actions.SIFT + actions.ROWS + actions.APP,
    actions.PEERS + actions.ROWS + actions.APP,
    actions.RIGHTS + actions.ROWS + actions.APP,
    actions.RECEIPTS + actions.ROWS + actions.APP,
    actions.PAGE + actions.ROWS + actions.APP,
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("action", EVERY, ids=lambda action: action.id)
def test_every_action_has_a_label_and_a_help_line(action: Action, lang: str) -> None:
    keys = load_catalogue(lang).keys()

    assert {action.label, action.help} <= keys


@pytest.mark.parametrize("action", EVERY, ids=lambda action: action.id)
def test_what_a_function_key_does_another_key_does_too(action: Action) -> None:
    function_keys = [key for key in action.keys if FUNCTION_KEY.fullmatch(key)]

    assert not function_keys or len(action.keys) > len(function_keys)


@pytest.mark.parametrize("group", TOGETHER)
def test_no_key_means_two_things_in_one_view(group: tuple[Action, ...]) -> None:
    keys = [key for action in group for key in action.keys]

    assert sorted(set(keys)) == sorted(keys)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("group", [actions.HOME, actions.LIST, actions.FORM])
def test_the_key_line_fits_80_cells(group: tuple[Action, ...], lang: str) -> None:
    catalogue = load_catalogue(lang)
    shown = [action for action in group + actions.APP if action.is_shown]
    line = "".join(f" {shown_key(a.keys[0])} {catalogue.text(a.label)} " for a in shown)

    assert len(line) <= 80, line


@pytest.mark.parametrize("action", actions.HOME, ids=lambda action: action.id)
def test_the_letters_of_the_home_screen_are_kept_free_for_it(action: Action) -> None:
    letters = {key for key in action.keys if len(key) == 1}

    assert letters <= APP_KEYS


def test_action_ids_are_unique() -> None:
    assert len({action.id for action in EVERY}) == len(EVERY)


def test_both_languages_have_the_same_words() -> None:
    words = [load_catalogue(lang).keys() for lang in LANGUAGES]
    vietnamese, english = ({key for key in keys if key.startswith("tui.")} for keys in words)

    assert vietnamese == english
