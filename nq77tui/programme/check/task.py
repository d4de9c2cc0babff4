"""What is wrong with what the engine's tasks are told: assigning, reorganising, signing off."""

from __future__ import annotations

from nq77tui.core.schema import Schema
from nq77tui.core.task import Hanging
from nq77tui.programme.check.names import CHOICE, REFERENCE, TEXT, Names, Spot


def check_assigning(names: Names) -> None:
    """Note what the Assign screen names and its record types have not."""
    assigning, file = names.programme.assigning, "screens/assign.toml"
    if assigning is None:
        return
    spot = names.at(assigning.record, file, "")
    units = names.at(assigning.units, file, "", "units")
    if assigning.metric not in names.programme.metrics:
        names.problems.add("unknown_metric", file, "", "metric", found=assigning.metric)
    if spot is not None:
        spot.field(assigning.who, REFERENCE, "who")
        spot.field(assigning.unit, REFERENCE, "unit")
        spot.fields([assigning.decision], "decision")
    if units is not None:
        for position, tie in enumerate(assigning.ties):
            together = units.within(f"together[{position}]")
            together.fields([tie.field], "field")
            if tie.first_word:
                together.kind(tie.field, TEXT, "first_word")


def check_reorganising(names: Names, tree: Schema) -> None:
    """Note what is wrong with how reorganisations are read."""
    found = names.programme.reorganising
    if found is None:
        return
    spot = Spot(names, tree, "screens/reorganise.toml", "")
    for key, needed in (
        ("code", found.code),
        ("merged_from", found.merged_from),
        ("columns.code", found.columns.get(found.code, "")),
    ):
        if not needed:
            spot.wrong("missing_key", key)
    spot.fields((found.code, *found.columns, *found.inherit), "columns")
    # Only areas that begin, end and lead on can be reorganised.
    for key, name in (
        ("begins", tree.begins),
        ("ends", tree.ends),
        ("tree.successor", tree.tree.successor if tree.tree else ""),
    ):
        if not name:
            names.problems.add("missing_key", f"schemas/{tree.record}.toml", "", key)
    for position, hanging in enumerate(found.hanging):
        _hanging(spot.within(f"hanging[{position}]"), hanging)


def _hanging(area: Spot, hanging: Hanging) -> None:
    spot = area.names.at(hanging.record, area.file, area.table)
    if spot is None:
        return
    spot.expression(hanging.where, "where")
    if area.schema.record not in area.names.targets(hanging.link, spot.schema):
        link = ".".join(hanging.link)
        spot.wrong("link_elsewhere", "link", found=link, record=area.schema.record)
    has_span = spot.schema.begins and spot.schema.ends
    if hanging.renew and (len(hanging.link) > 1 or not has_span):
        spot.wrong("cannot_renew", "renew", record=spot.schema.record)


def check_signoff(names: Names, tree: Schema) -> None:
    """Note what is wrong with how figures are signed off."""
    found = names.programme.signoff
    if found is None:
        return
    spot = names.at(found.record, f"screens/{found.record}.toml", "signoff", "")
    if spot is None:
        return
    spot.field(found.area, REFERENCE, "area")
    spot.field(found.period, TEXT, "period")
    spot.field(found.state, CHOICE, "state")
    spot.field(found.comment, TEXT, "comment")
    spot.field(found.figures, TEXT, "figures")
    schema = spot.schema
    # Two machines have to write the same record.
    if schema.key != (found.area, found.period):
        key, wanted = ", ".join(schema.key), f"{found.area}, {found.period}"
        file = f"schemas/{schema.record}.toml"
        names.problems.add("not_one_of", file, "", "key", found=key, known=wanted)
    if found.area in schema.fields and tree.record not in schema.fields[found.area].to:
        spot.wrong("link_elsewhere", "area", found=found.area, record=tree.record)
    for key in ("submitted", "returned", "approved"):
        spot.codes([getattr(found, key)], found.state, key)
    areas = Spot(names, tree, spot.file, spot.table)
    areas.codes(found.levels, tree.tree.level if tree.tree else "", "levels")
    for name in found.keep:
        if name not in names.programme.metrics and name not in names.programme.figures:
            spot.wrong("unknown_metric", "keep", found=name)
