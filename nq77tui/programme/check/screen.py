"""What is wrong with lists, forms and the first screen."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nq77tui.core.screen import OWN_LENGTH, FormField, RecordScreen, Repeat
from nq77tui.core.verification import blind_screen
from nq77tui.programme.check.names import CHOICE, Names, Spot

APP_KEYS = frozenset("cgmxqj?/")
"""Keys of the home screen that are the app's own: coverage, assign, merge, boards, help, …"""
WRITTEN = frozenset({"text", "integer", "decimal", "date", "phone", "citizen_number", "code"})
"""Types of fields whose letters can be counted while they are typed."""


def check_screen(names: Names, screen: RecordScreen) -> None:
    """Note what a list and a form name and their record type has not."""
    spot = names.at(screen.record, f"screens/{screen.record}.toml", "", "")
    if spot is None:
        return
    listing, form = spot.within("list"), spot.within("form")
    listing.fields([column.field for column in screen.columns], "columns")
    listing.fields(screen.sort, "sort")
    _asked(form, list(screen.form_fields()), "fields", without=())
    form.fields(screen.verify, "verify")
    if screen.verify and not blind_screen(screen).sections:
        form.wrong("nothing_to_verify", "verify")
    for section in screen.sections:
        if section.repeat is not None:
            _repeat(spot.within("form.section.repeat"), section.repeat)
    if screen.group not in names.programme.home.groups:
        spot.wrong("unknown_group", "group", found=screen.group)


def _asked(spot: Spot, asked: Sequence[FormField], key: str, without: Collection[str]) -> None:
    """Note fields of a form that are none, and required ones that it leaves out."""
    for form_field in asked:
        name = form_field.name
        spot.fields([name], key)
        spot.expression(form_field.default, f"{name}.default")
        field = spot.schema.fields.get(name)
        if field is None or not form_field.advance:
            continue
        if form_field.advance == OWN_LENGTH and not field.fixed_length:
            spot.wrong("no_length", f"{name}.advance", found=name)
        spot.kind(name, WRITTEN, f"{name}.advance")
    names = {form_field.name for form_field in asked} | set(without)
    for field in spot.schema:
        is_always_required = field.required is not None and not field.required.fields
        if is_always_required and field.calculation is None and field.name not in names:
            spot.wrong("not_in_form", key, found=field.name)


def _repeat(form: Spot, repeat: Repeat) -> None:
    """Check the rows of a grid; what is computed for them is computed from the form's record."""
    rows = form.names.at(repeat.record, form.file, form.table)
    if rows is None:
        return
    link = rows.schema.fields.get(repeat.link)
    if link is None or form.schema.record not in link.to:
        rows.wrong("link_not_here", "link", found=repeat.link, record=form.schema.record)
    elsewhere = {repeat.link, *repeat.given}
    _asked(rows, repeat.columns, "columns", without=elsewhere)
    columns = {column.name for column in repeat.columns}
    for name in sorted(columns & elsewhere):
        rows.wrong("given_twice", "columns", found=name)
    for key, computed in (("given", repeat.given), ("first", repeat.first)):
        rows.fields(computed, key)
        for name, one in computed.items():
            form.expression(one, f"{key}.{name}")
    form.expression(repeat.each_when, "each_when")
    form.expression(repeat.relevant, "relevant")
    if repeat.each:
        rows.kind(repeat.each, CHOICE, "each")
        if repeat.each not in columns:
            rows.wrong("unknown_field", "each", found=repeat.each, record=rows.schema.record)


def check_screens_together(names: Names) -> None:
    """Note keys that clash, and record types without a screen."""
    programme, problems = names.programme, names.problems
    owners: dict[str, str] = {}
    for screen in programme.screens.values():
        file, key = f"screens/{screen.record}.toml", screen.key
        if len(key) != 1 or key in APP_KEYS:
            problems.add("bad_screen_key", file, "", "key", found=key)
        elif key in owners:
            problems.add("clashing_key", file, "", "key", found=key, other=owners[key])
        owners.setdefault(key, file)
    for record in programme.schemas:
        if record not in programme.screens:
            problems.add("no_screen", f"schemas/{record}.toml", "", "", found=record)


def check_home(names: Names) -> None:
    """Note metrics of the first screen that are none."""
    for name in names.programme.home.metrics:
        if name not in names.programme.metrics:
            names.problems.add("unknown_metric", "screens/home.toml", "", "metrics", found=name)
