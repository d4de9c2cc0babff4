"""The whole district, in the order in which an office would key it in."""

from __future__ import annotations

from datetime import date
from random import Random

from nq77tui.core.record import Record
from nq77tui.exchange.sample import (
    areas,
    assignments,
    directives,
    fieldwork,
    forest_livestock,
    households,
    members,
    party,
    targets,
    works,
)
from nq77tui.exchange.sample.making import Maker, replica_from
from nq77tui.exchange.sample.names import NameBook, NameTables
from nq77tui.exchange.sample.people import Numbers, People
from nq77tui.exchange.sample.places import Commune, District
from nq77tui.programme import Programme
from nq77tui.store.progress import Watch, unwatched

DEFAULT_SEED = 77
HALF_YEAR_REPORTED = date(2024, 7, 1)
"""What happened in the first half of the year is keyed in after it."""


def build_district(
    programme: Programme, seed: int = DEFAULT_SEED, watch: Watch = unwatched
) -> list[Record]:
    """All records of the synthetic district: the same seed, the same records.

    Some 56,000 records: 21,320 households, their people, who is in charge of them, and half a
    year of works, forest, livestock and visits.

    Raises:
        StoppedError: as `watch` said.
    """
    rng = Random(seed)
    maker = Maker(programme.schemas, replica_from(rng))
    district = areas.make_areas(rng, maker)
    directives.make_directives(district)
    households.plan_people(district)
    party.plan_members(district)
    _make_people(district, watch)
    maker.go_on_at(HALF_YEAR_REPORTED)
    _make_half_year(district, watch)
    return maker.records


def _make_people(district: District, watch: Watch) -> None:
    tables, numbers = NameTables(), Numbers(district.rng)
    _make_leaders(district, tables, numbers)
    for done, commune in enumerate(district.communes):
        watch("make", done, len(district.communes))
        people = _people(district, commune, NameBook(district.rng, tables, clans=0), numbers)
        party.make_commune_committee(district, commune, people)
        assignments.assign_cadres(district, commune)
        for village in commune.villages:
            book = NameBook(district.rng, tables)
            households.make_households(district, commune, village, book, numbers)
            people = _people(district, commune, book, numbers)
            party.make_village_cell(district, commune, village, people)
            assignments.assign_households(district, commune, village)


def _make_leaders(district: District, tables: NameTables, numbers: Numbers) -> None:
    town = next(commune for commune in district.communes if commune.is_town)
    people = _people(district, town, NameBook(district.rng, tables, clans=0), numbers)
    party.make_agencies(district, people)
    assignments.assign_leaders(district)


def _people(district: District, commune: Commune, book: NameBook, numbers: Numbers) -> People:
    return People(district.rng, district.maker, book, commune.ethnic_weights, numbers)


def _make_half_year(district: District, watch: Watch) -> None:
    kinds = (
        works.make_models,
        works.make_works,
        forest_livestock.make_forest,
        forest_livestock.make_herds,
        forest_livestock.make_vaccinations,
        fieldwork.make_visits,
        fieldwork.make_supports,
        fieldwork.make_concerns,
        fieldwork.make_admissions,
        targets.make_targets,
        members.make_members,
    )
    for done, make in enumerate(kinds):
        watch("make", done, len(kinds))
        make(district)
