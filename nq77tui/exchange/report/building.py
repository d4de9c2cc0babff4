"""A report put together: counted, under its heading, with what it rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.period import Period
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.report import HeadingLine, ReportForm
from nq77tui.core.text import printable
from nq77tui.core.values import show_date, show_number
from nq77tui.exchange.report.area_rows import AreaRows
from nq77tui.exchange.report.record_rows import RecordRows
from nq77tui.exchange.report.sheet import Cell, Paper, Sheet, SheetColumn, SheetRow
from nq77tui.programme import Catalogue
from nq77tui.programme.report_file import CAPITALS
from nq77tui.store.disclosures import note_disclosure
from nq77tui.store.peers import Peer, machines
from nq77tui.store.progress import Watch, unwatched
from nq77tui.store.repository import Repository

_A_DAY = 86_400
_FEBRUARY = 2


@dataclass(frozen=True, slots=True)
class Order:
    """What report is wanted.

    Attributes:
        form: which form.
        period: the span it is about; the day it is counted for is not after its end.
        as_of: the day, ISO text.
        area: the id of an area; empty for the top of the tree.
        heading: the name of a heading; empty for the form's own.
        filled: what stands in the heading, by name.
    """

    form: ReportForm
    period: Period
    as_of: str
    area: str = ""
    heading: str = ""
    filled: Mapping[str, str] = field(default_factory=dict)


def find_form(repository: Repository, name: str) -> ReportForm:
    """A form by its name, in any case.

    Raises:
        RefusedError: there is none.
    """
    forms = repository.programme.papers.forms
    found = forms.get(name.lower())
    if found is None:
        params = {"form": name, "known": ", ".join(forms)}
        raise RefusedError(Problem("report.no_form", params))
    return found


def build_sheet(
    repository: Repository, words: Catalogue, order: Order, watch: Watch = unwatched
) -> Sheet:
    """The whole report; the same store and order give the same sheet.

    Raises:
        RefusedError: the area did not exist on that day, or there is no such heading.
        StoppedError: as `watch` said.
    """
    form, lang = order.form, words.lang
    areas = AreaRows(repository, form, words, order.as_of, order.period, watch)
    area_id = areas.tree.resolve(order.area) if order.area else areas.tree.root
    if order.area and area_id == EVERYWHERE:
        params = {"id": order.area, "date": order.as_of}
        raise RefusedError(Problem("cli.area_not_then", params))
    total: tuple[Cell, ...] | None = None
    astray = ""
    if form.record:
        listed = RecordRows(repository, form, words, areas, order.as_of, watch)
        # A list of everything leaves out nothing, wherever it lies.
        columns = listed.columns()
        rows = listed.rows(area_id if order.area else EVERYWHERE)
    else:
        columns = areas.columns(area_id)
        rows = areas.rows(area_id, columns, words.text("report.elsewhere"))
        total = areas.total(area_id, columns, words.text("report.total"))
        astray = "" if order.area else _astray(areas, columns, total, lang)
    area = repository.title(area_id) if area_id else words.text("cli.everywhere")
    names = [column.name for column in form.columns]
    return Sheet(
        name=form.name,
        title=words.label(form.label),
        language=lang,
        columns=columns,
        rows=tuple(rows),
        total=total,
        paper=_paper(repository, words, order, area),
        spoken=_spoken(areas, area_id, words),
        basis=(
            *([words.text("report.astray", numbers=astray)] if astray else []),
            *_basis(repository, words, order, columns, rows),
        ),
        chart=names.index(form.chart) if form.chart else None,
        as_of=order.as_of,
        landscape=form.landscape,
        chart_title=words.text("report.chart"),
    )


def _astray(
    areas: AreaRows, columns: tuple[SheetColumn, ...], total: tuple[Cell, ...], lang: str
) -> str:
    """What is counted and lies in no area, and so in no row: ``Tổng số hộ: 6``."""
    found = []
    for column, whole, told in zip(
        columns, areas.total(EVERYWHERE, columns, ""), total, strict=True
    ):
        if column.added and isinstance(whole, int | float) and isinstance(told, int | float):
            more = round(whole - told, 4)
            if more > 0:
                found.append(f"{column.header}: {show_number(more, lang)}")
    return "; ".join(found)


def make_sheet(
    repository: Repository, words: Catalogue, order: Order, watch: Watch = unwatched
) -> Sheet:
    """A report for somebody: one that names people is written down before it is given out.

    Raises:
        RefusedError: as `build_sheet`; or it could not be written down.
        StoppedError: as `watch` said; nothing was written down.
    """
    sheet = build_sheet(repository, words, order, watch)
    if order.form.names:
        note_disclosure(
            repository.folder,
            repository.now(),
            repository.operator,
            "report",
            form=order.form.name,
            area=order.area,
            rows=len(sheet.rows),
        )
    return sheet


def _spoken(areas: AreaRows, area_id: str, words: Catalogue) -> tuple[str, ...]:
    """The metrics as people say them: ``603/603, đạt 100 %``."""
    said = []
    for label, have, of in areas.spoken(area_id):
        if of:
            percent = round(100 * have / of, 2)
            percent = 99.99 if percent >= 100 and have < of else percent
            said.append(
                words.text(
                    "report.spoken",
                    label=label,
                    have=show_number(have, words.lang),
                    of=show_number(of, words.lang),
                    percent=show_number(
                        int(percent) if percent == int(percent) else percent, words.lang
                    ),
                )
            )
    return tuple(said)


# -- heading and signature -------------------------------------------------------------------------


def _paper(repository: Repository, words: Catalogue, order: Order, area: str) -> Paper:
    headings = repository.programme.papers.headings
    name = order.heading or order.form.heading
    heading = headings.get(name)
    if heading is None:
        params = {"heading": name, "known": ", ".join(headings)}
        raise RefusedError(Problem("report.no_heading", params))
    given = {name: value for name, value in order.filled.items() if value}
    day = order.as_of.split("-")
    known = {
        **heading.blanks,
        **given,
        "date": words.text("report.date", day=day[2], month=_month(int(day[1])), year=day[0]),
        "title": words.label(order.form.label).upper(),
        "period": period_text(words, order.period),
        "area": area,
    }
    known.update({name: known[name.lower()].upper() for name in CAPITALS if name.lower() in known})
    return Paper(
        **{
            part: tuple(_filled(line, known) for line in getattr(heading, part))
            for part in ("left", "right", "title", "foot_left", "foot_right")
        }
    )


def _filled(line: HeadingLine, known: Mapping[str, str]) -> HeadingLine:
    return replace(line, text=printable(line.text.format_map(_Blank(known))))


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "……"


def period_text(words: Catalogue, period: Period) -> str:
    """A period as papers have it: ``tháng 01 năm 2026``."""
    return words.text(
        f"report.period.{period.kind}",
        number=_month(period.number) if period.kind == "month" else period.number,
        year=period.year,
    )


def _month(number: int) -> str:
    """Only January and February have a nought before them (Decree 30/2020/NĐ-CP, Appendix I)."""
    return f"{number:02}" if number <= _FEBRUARY else str(number)


# -- what it rests on ------------------------------------------------------------------------------


def _basis(
    repository: Repository,
    words: Catalogue,
    order: Order,
    columns: tuple[SheetColumn, ...],
    rows: list[SheetRow],
) -> tuple[str, ...]:
    lines = [
        words.text(
            "report.as_of",
            date=show_date(order.as_of),
            first=show_date(order.period.first),
            last=show_date(order.period.last),
        )
    ]
    lines += _machines(repository, words)
    cells = [[row.id, *row.cells] for row in rows]
    content = [order.form.name, order.as_of, [column.header for column in columns], cells]
    told = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(told.encode("utf-8")).hexdigest()
    lines.append(words.text("report.digest", digest=digest[:16], rows=len(rows)))
    return tuple(lines)


def _machines(repository: Repository, words: Catalogue) -> list[str]:
    heard = repository.heard()
    peers = {peer.id: peer for peer in machines(repository.peer_book.all())}
    if not peers:
        return [
            words.text("report.one_machine", changes=show_number(sum(heard.values()), words.lang))
        ]
    lines = []
    for peer in sorted(peers.values(), key=lambda peer: (peer.name, peer.id)):
        name = peer.name or peer.id
        up_to = show_number(heard.get(peer.id, 0), words.lang)
        if not peer.seen:
            lines.append(words.text("report.own", name=name, up_to=up_to))
            continue
        day = _day(repository, peer.seen)
        lines.append(words.text("report.machine", name=name, up_to=up_to, date=day))
        if _clock_is_off(peer):
            days = abs(peer.at - peer.seen) // _A_DAY
            lines.append(words.text("report.clock", name=name, days=days))
    return lines


def _clock_is_off(peer: Peer) -> bool:
    # A machine cannot have told of something later than it was heard.
    return peer.at > peer.seen + _A_DAY


def _day(repository: Repository, at: int) -> str:
    zone = repository.local_time().tzinfo
    try:
        return show_date(datetime.fromtimestamp(at, zone).date().isoformat())
    except (ValueError, OverflowError, OSError):
        return str(at)
