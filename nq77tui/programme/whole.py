"""Proves a programme whole: that every name in one file means something in another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from nq77tui.core.expression import Expression
from nq77tui.core.metric import Covered, Figure, Metric
from nq77tui.core.schema import Field, Schema
from nq77tui.core.screen import OWN_LENGTH, FormField, RecordScreen, Repeat
from nq77tui.core.verification import blind_screen
from nq77tui.programme.change_file import check_changes
from nq77tui.programme.table import Problems

if TYPE_CHECKING:
    from nq77tui.programme.programme import Programme

APP_KEYS = frozenset("cgmxqj?/")
"""Keys of the home screen that are the app's own: coverage, assign, merge, boards, help, …"""


WRITTEN = frozenset({"text", "integer", "decimal", "date", "phone", "citizen_number", "code"})
"""Types of fields whose letters can be counted while they are typed."""
NUMBERS = frozenset({"integer", "decimal", "figure", "hectares", "money"})
PERIODICAL = frozenset({"date", "integer"})
"""What may lie in a period: a date, or a year as a number."""


def check_whole(programme: Programme, places: Mapping[str, str], problems: Problems) -> None:
    """Note everything in one file that another contradicts.

    Args:
        places: the file that declares a metric or figure, by ``metrics.NAME``.
    """
    check = Check(programme, problems)
    trees = [schema for schema in programme.schemas.values() if schema.tree]
    if len(trees) != 1:
        problems.add("one_tree", "schemas", "tree", "", found=len(trees))
        return
    for schema in programme.schemas.values():
        check.schema(schema)
    for screen in programme.screens.values():
        check.screen(screen)
    check.screens_together()
    check.home_and_assigning()
    check.reorganising(trees[0])
    check.signoff(trees[0])
    for metric in programme.metrics.values():
        check.metric(metric, places[f"metrics.{metric.name}"])
    for name, figure in programme.figures.items():
        check.figure(figure, places[f"figures.{name}"], f"figures.{name}")


class Check:
    """Looks names up in a programme, and notes those that mean nothing."""

    def __init__(self, programme: Programme, problems: Problems) -> None:
        self.programme = programme
        self.problems = problems

    # -- names ---------------------------------------------------------------------------------

    def record(self, name: str, file: str, table: str, key: str) -> Schema | None:
        """The schema of a name; a problem noted where there is none."""
        schema = self.programme.schemas.get(name)
        if schema is None:
            self.problems.add("unknown_record", file, table, key, found=name)
        return schema

    def names(self, names: Iterable[str], schema: Schema, file: str, table: str, key: str) -> None:
        """Note the names that are no fields."""
        for name in names:
            if name and name not in schema.fields:
                self.problems.add(
                    "unknown_field", file, table, key, found=name, record=schema.record
                )

    def kind(
        self,
        name: str,
        kinds: frozenset[str],
        schema: Schema,
        file: str,
        table: str,
        key: str,
    ) -> None:
        """Note a field whose type is none of those that make sense there."""
        field = schema.fields.get(name)
        if field is not None and field.type not in kinds:
            known = ", ".join(sorted(kinds))
            self.problems.add("wrong_field_type", file, table, key, found=name, known=known)

    def path(self, path: tuple[str, ...], start: Iterable[Schema]) -> str:
        """Follow a path of references; the name it breaks at, or nothing."""
        schemas = list(start)
        for position, name in enumerate(path):
            fields = [schema.fields[name] for schema in schemas if name in schema.fields]
            if not fields:
                return name
            if position == len(path) - 1:
                return ""
            targets = {record for field in fields for record in field.to}
            schemas = [s for name, s in self.programme.schemas.items() if name in targets]
            if not schemas:
                return path[position + 1]
        return ""

    def expression(
        self,
        found: Expression | None,
        schema: Schema,
        file: str,
        table: str,
        key: str,
        candidates: Field | None = None,
    ) -> None:
        """Note the names in an expression that lead nowhere."""
        if found is None:
            return
        for path in found.fields:
            if broken := self.path(path, [schema]):
                self.problems.add(
                    "unknown_field", file, table, key, found=broken, record=schema.record
                )
        for path in found.candidates:
            if candidates is None:
                self.problems.add("no_candidate", file, table, key, found=".".join(path))
            elif not self._candidate_knows(path, candidates):
                self.problems.add("unknown_column", file, table, key, found=".".join(path))

    def _candidate_knows(self, path: tuple[str, ...], field: Field) -> bool:
        if not field.is_reference:
            columns = {"code", *(name for choice in field.choices for name in choice.columns)}
            return len(path) == 1 and path[0] in columns
        schemas = [self.programme.schemas[n] for n in field.to if n in self.programme.schemas]
        return not self.path(path, schemas)

    # -- schemas -------------------------------------------------------------------------------

    def schema(self, schema: Schema) -> None:
        """Check one schema."""
        file = f"schemas/{schema.record}.toml"
        for key, names in (
            ("key", schema.key),
            ("title", schema.title),
            ("area", (schema.area,)),
            ("begins", (schema.begins,)),
            ("ends", (schema.ends,)),
        ):
            self.names(names, schema, file, "", key)
        for key, name in (("begins", schema.begins), ("ends", schema.ends)):
            self.kind(name, frozenset({"date"}), schema, file, "", key)
        if not schema.title:
            self.problems.add("missing_key", file, "", "title")
        if schema.tree:
            tree = (schema.tree.parent, schema.tree.level, schema.tree.successor)
            self.names(tree, schema, file, "tree", "tree")
            reference = frozenset({"reference"})
            self.kind(schema.tree.parent, reference, schema, file, "tree", "parent")
            self.kind(schema.tree.successor, reference, schema, file, "tree", "successor")
            self.kind(schema.tree.level, frozenset({"choice"}), schema, file, "tree", "level")
        elif not schema.area:
            self.problems.add("missing_key", file, "", "area")
        elif schema.area in schema.fields and not schema.fields[schema.area].is_reference:
            self.problems.add("not_a_reference", file, "", "area", found=schema.area)
        if schema.duplicates:
            for rule in schema.duplicates.agree:
                self.names(rule, schema, file, "duplicates", "agree")
            self.names(schema.duplicates.differ, schema, file, "duplicates", "differ")
        for field in schema:
            self.field(field, schema, file)
        check_changes(schema, self.problems)

    def field(self, field: Field, schema: Schema, file: str) -> None:
        """Check one field."""
        table = f"fields.{field.name}"
        for name in field.to:
            self.record(name, file, table, "to")
        for key, found in (
            ("required", field.required),
            ("relevant", field.relevant),
            ("calculation", field.calculation),
            *(("constraint", constraint.test) for constraint in field.constraints),
        ):
            self.expression(found, schema, file, table, key)
        self.expression(field.choice_filter, schema, file, table, "choice_filter", field)

    # -- screens -------------------------------------------------------------------------------

    def screen(self, screen: RecordScreen) -> None:
        """Check one list and form."""
        file = f"screens/{screen.record}.toml"
        schema = self.record(screen.record, file, "", "file name")
        if schema is None:
            return
        self.names([column.field for column in screen.columns], schema, file, "list", "columns")
        self.names(screen.sort, schema, file, "list", "sort")
        self.asked(list(screen.form_fields()), schema, file, "form", "fields", without=())
        self.names(screen.verify, schema, file, "form", "verify")
        if screen.verify and not blind_screen(screen).sections:
            self.problems.add("nothing_to_verify", file, "form", "verify")
        for section in screen.sections:
            if section.repeat is not None:
                self.repeat(section.repeat, schema, file)
        if screen.group not in self.programme.home.groups:
            self.problems.add("unknown_group", file, "", "group", found=screen.group)

    def asked(
        self,
        asked: Sequence[FormField],
        schema: Schema,
        file: str,
        table: str,
        key: str,
        without: Collection[str],
    ) -> None:
        """Note fields of a form that are none, and required ones that it leaves out."""
        for form_field in asked:
            name = form_field.name
            self.names([name], schema, file, table, key)
            self.expression(form_field.default, schema, file, table, f"{name}.default")
            field = schema.fields.get(name)
            if field is None or not form_field.advance:
                continue
            if form_field.advance == OWN_LENGTH and not field.fixed_length:
                self.problems.add("no_length", file, table, f"{name}.advance", found=name)
            self.kind(name, WRITTEN, schema, file, table, f"{name}.advance")
        names = {form_field.name for form_field in asked} | set(without)
        for field in schema:
            is_always_required = field.required is not None and not field.required.fields
            if is_always_required and field.calculation is None and field.name not in names:
                self.problems.add("not_in_form", file, table, key, found=field.name)

    def repeat(self, repeat: Repeat, schema: Schema, file: str) -> None:
        """Check the rows of a grid."""
        table = "form.section.repeat"
        rows = self.record(repeat.record, file, table, "record")
        if rows is None:
            return
        link = rows.fields.get(repeat.link)
        if link is None or schema.record not in link.to:
            self.problems.add(
                "link_not_here", file, table, "link", found=repeat.link, record=schema.record
            )
        elsewhere = {repeat.link, *repeat.given}
        self.asked(repeat.columns, rows, file, table, "columns", without=elsewhere)
        self.names(repeat.given, rows, file, table, "given")
        columns = {column.name for column in repeat.columns}
        for name in sorted(columns & elsewhere):
            self.problems.add("given_twice", file, table, "columns", found=name)
        self.names(repeat.first, rows, file, table, "first")
        for key, found in (("given", repeat.given), ("first", repeat.first)):
            for name, one in found.items():
                self.expression(one, schema, file, table, f"{key}.{name}")
        self.expression(repeat.each_when, schema, file, table, "each_when")
        self.expression(repeat.relevant, schema, file, table, "relevant")
        if repeat.each:
            self.kind(repeat.each, frozenset({"choice"}), rows, file, table, "each")
            if repeat.each not in columns:
                self.problems.add(
                    "unknown_field", file, table, "each", found=repeat.each, record=rows.record
                )

    def screens_together(self) -> None:
        """Check keys, and that every record type has a screen."""
        owners: dict[str, str] = {}
        for screen in self.programme.screens.values():
            file, key = f"screens/{screen.record}.toml", screen.key
            if len(key) != 1 or key in APP_KEYS:
                self.problems.add("bad_screen_key", file, "", "key", found=key)
            elif key in owners:
                self.problems.add("clashing_key", file, "", "key", found=key, other=owners[key])
            owners.setdefault(key, file)
        for record in self.programme.schemas:
            if record not in self.programme.screens:
                self.problems.add("no_screen", f"schemas/{record}.toml", "", "", found=record)

    def home_and_assigning(self) -> None:
        """Check the first screen and the Assign screen."""
        for name in self.programme.home.metrics:
            if name not in self.programme.metrics:
                self.problems.add("unknown_metric", "screens/home.toml", "", "metrics", found=name)
        assigning = self.programme.assigning
        if assigning is None:
            return
        file = "screens/assign.toml"
        schema = self.record(assigning.record, file, "", "record")
        units = self.record(assigning.units, file, "", "units")
        if assigning.metric not in self.programme.metrics:
            self.problems.add("unknown_metric", file, "", "metric", found=assigning.metric)
        if schema is not None:
            for key, name in (("who", assigning.who), ("unit", assigning.unit)):
                self.names([name], schema, file, "", key)
                self.kind(name, frozenset({"reference"}), schema, file, "", key)
            self.names([assigning.decision], schema, file, "", "decision")
        for position, tie in enumerate(assigning.ties):
            if units is None:
                break
            table = f"together[{position}]"
            self.names([tie.field], units, file, table, "field")
            if tie.first_word:
                self.kind(tie.field, frozenset({"text"}), units, file, table, "first_word")

    def reorganising(self, tree: Schema) -> None:
        """Note what is wrong with how reorganisations are read."""
        found, file = self.programme.reorganising, "screens/reorganise.toml"
        if found is None:
            return
        for key, needed in (
            ("code", found.code),
            ("merged_from", found.merged_from),
            ("columns.code", found.columns.get(found.code, "")),
        ):
            if not needed:
                self.problems.add("missing_key", file, "", key)
        names = (found.code, *found.columns, *found.inherit)
        self.names(names, tree, file, "", "columns")
        # Only areas that begin, end and lead on can be reorganised.
        for key, name in (
            ("begins", tree.begins),
            ("ends", tree.ends),
            ("tree.successor", tree.tree.successor if tree.tree else ""),
        ):
            if not name:
                self.problems.add("missing_key", f"schemas/{tree.record}.toml", "", key)
        for position, hanging in enumerate(found.hanging):
            table = f"hanging[{position}]"
            schema = self.record(hanging.record, file, table, "record")
            if schema is None:
                continue
            self.expression(hanging.where, schema, file, table, "where")
            link = ".".join(hanging.link)
            if tree.record not in self.targets(hanging.link, schema):
                self.problems.add(
                    "link_elsewhere", file, table, "link", found=link, record=tree.record
                )
            if hanging.renew and (len(hanging.link) > 1 or not schema.begins or not schema.ends):
                self.problems.add("cannot_renew", file, table, "renew", record=schema.record)

    def signoff(self, tree: Schema) -> None:
        """Note what is wrong with how figures are signed off."""
        found = self.programme.signoff
        if found is None:
            return
        file, table = f"screens/{found.record}.toml", "signoff"
        schema = self.record(found.record, file, table, "")
        if schema is None:
            return
        text = frozenset({"text"})
        for key, name, kinds in (
            ("area", found.area, frozenset({"reference"})),
            ("period", found.period, text),
            ("state", found.state, frozenset({"choice"})),
            ("comment", found.comment, text),
            ("figures", found.figures, text),
        ):
            self.names([name], schema, file, table, key)
            self.kind(name, kinds, schema, file, table, key)
        # Two machines have to write the same record.
        if schema.key != (found.area, found.period):
            wanted = f"{found.area}, {found.period}"
            self.problems.add(
                "not_one_of", f"schemas/{schema.record}.toml", "", "key",
                found=", ".join(schema.key), known=wanted,
            )  # fmt: skip
        if found.area in schema.fields and tree.record not in schema.fields[found.area].to:
            self.problems.add(
                "link_elsewhere", file, table, "area", found=found.area, record=tree.record
            )
        state = schema.fields.get(found.state)
        for key in ("submitted", "returned", "approved"):
            self._codes([getattr(found, key)], state, file, table, key)
        level = tree.fields.get(tree.tree.level) if tree.tree else None
        self._codes(found.levels, level, file, table, "levels")
        for name in found.keep:
            if name not in self.programme.metrics and name not in self.programme.figures:
                self.problems.add("unknown_metric", file, table, "keep", found=name)

    def _codes(
        self, codes: Iterable[str], field: Field | None, file: str, table: str, key: str
    ) -> None:
        """Note codes that are no choices of a field."""
        known = [choice.code for choice in field.choices] if field else []
        for code in codes:
            if code and field is not None and code not in known:
                self.problems.add(
                    "not_one_of", file, table, key, found=code, known=", ".join(known)
                )

    def metric(self, metric: Metric, file: str) -> None:
        """Check one metric."""
        table = f"metrics.{metric.name}"
        counted = self.record(metric.of.record, file, table, "of.record")
        if counted is None:
            return
        self.expression(metric.of.where, counted, file, table, "of.where")
        if metric.have.record:
            self.covered(metric.have, counted, file, table)
        else:
            self.expression(metric.have.where, counted, file, table, "have.where")

    def figure(self, figure: Figure, file: str, table: str) -> None:
        """Note what a figure names and its record type has not."""
        summed = self.record(figure.record, file, table, "record")
        if summed is not None:
            names = [figure.sum, figure.distinct, *figure.latest]
            self.names(names, summed, file, table, "sum")
            self.kind(figure.sum, NUMBERS, summed, file, table, "sum")
            self.expression(figure.where, summed, file, table, "where")

    def covered(self, have: Covered, counted: Schema, file: str, table: str) -> None:
        """Check what covers a counted record."""
        schema = self.record(have.record, file, table, "have.record")
        if schema is None:
            return
        self.expression(have.where, schema, file, table, "have.where")
        self.names([have.distinct], schema, file, table, "have.distinct")
        self.names([have.in_period], schema, file, table, "have.in_period")
        self.kind(have.in_period, PERIODICAL, schema, file, table, "have.in_period")
        if broken := self.path(have.link, [schema]) if have.link else "":
            self.problems.add(
                "unknown_field", file, table, "have.link", found=broken, record=schema.record
            )
        elif have.link and counted.record not in self.targets(have.link, schema):
            link = ".".join(have.link)
            self.problems.add(
                "link_elsewhere", file, table, "have.link", found=link, record=counted.record
            )

    def targets(self, path: tuple[str, ...], start: Schema) -> set[str]:
        """The record types that a path of references leads to."""
        records = {start.record}
        for name in path:
            records = {
                target
                for record in records
                if record in self.programme.schemas
                for field in [self.programme.schemas[record].fields.get(name)]
                if field is not None
                for target in field.to
            }
        return records
