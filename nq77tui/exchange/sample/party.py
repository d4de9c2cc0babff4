"""Party organisations and the people in them: leaders, cadres, members.

61 grassroots organisations (a committee in each of the 21 communes, and 40 of agencies and
schools), a cell in every village, "more than 6,200" members, 90 leaders of the district, "more
than 600" cadres of the communes, 31 of them in Nam Quan, 16 members in Đoàn Kết: the article's
figures. Which agencies there are is usual for a district of 2024. All persons are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nq77tui.core.record import Json
from nq77tui.exchange.sample.chance import apportion
from nq77tui.exchange.sample.day import working_day
from nq77tui.exchange.sample.people import Identity, People
from nq77tui.exchange.sample.places import (
    BAN_CHOONG,
    DOAN_KET,
    NA_PAY,
    Admission,
    Commune,
    District,
    Person,
    Village,
)
from nq77tui.exchange.sample.table import read_rows

PARTY_MEMBERS = 6_214
FIXED_MEMBERS = {DOAN_KET: 16}
FEWEST_MEMBERS = 10
STAFF_BORN = (1968, 1998)
MEMBER_BORN, NEW_MEMBER_BORN = (1944, 1998), (1989, 2004)
HEAD_OF_HOUSEHOLD_SHARE = 0.55
SECRETARY_IS_HEAD_SHARE = 0.45
HOME_AFFAIRS = "Chi bộ Phòng Nội vụ"
ADMITTED = {
    # "Each year of the two, the cell admitted a member."
    BAN_CHOONG: (("2022-09-01", "2023-05-31"), ("2023-09-01", "2024-05-31")),
    NA_PAY: (("2022-09-01", "2023-05-31"), ("2023-09-01", "2024-05-31")),
    DOAN_KET: (("2023-01-01", "2023-12-31"),),
}
ADMISSION_SPANS = (("2023-01-01", "2023-12-31"), ("2022-06-01", "2022-12-31"))


@dataclass(frozen=True, slots=True)
class Post:
    """A post that somebody holds."""

    note: str
    positions: list[str]
    category: str


def plan_members(district: District) -> None:
    """Divide the members that are in no agency or commune office over the village cells."""
    staff = sum(
        int(row["heads"]) + int(row["deputies"]) + int(row["staff"])
        for row in read_rows("organisations")
    )
    elsewhere = staff + len(read_rows("district_posts"))
    for commune in district.communes:
        posts = read_rows("commune_posts")[: commune.cadre_count]
        elsewhere += sum(row["is_member"] == "yes" for row in posts)
    free = [village for village in district.villages if village.code not in FIXED_MEMBERS]
    weights = [village.planned_households * district.rng.uniform(0.8, 1.2) for village in free]
    total = PARTY_MEMBERS - elsewhere - sum(FIXED_MEMBERS.values())
    for village, members in zip(free, apportion(total, weights, FEWEST_MEMBERS), strict=True):
        village.planned_members = members
    for village in district.villages:
        village.planned_members = FIXED_MEMBERS.get(village.code, village.planned_members)


def make_agencies(district: District, people: People) -> None:
    """Make the 40 organisations of agencies and schools, with leaders and members."""
    areas = {commune.code: commune.id for commune in district.communes}
    homes = [village for village in district.villages if village.is_town]
    for row in read_rows("organisations"):
        first = district.maker.reserve()
        org = district.maker.make(
            "party_org",
            {
                "name": row["name"],
                "level": "grassroots",
                "kind": row["kind"],
                "area": areas.get(row["area"], district.id),
                "secretary": first.record_id,
            },
        )
        writes = iter([first])
        for post in _leading_posts(row):
            values = _post_values(post, "district", district.id, org)
            who = people.draw(_born(row), gender=row["gender"], holds_office=True)
            leader = people.make(who, values, write=next(writes, None))
            _sort_leader(district, row, post, leader)
        for _ in range(int(row["staff"])):
            # An ordinary member of an agency's cell counts where they live.
            home = district.rng.choice(homes)
            values = _post_values(Post("", [], "party_member"), "village", home.id, org)
            people.make(people.draw(STAFF_BORN), values, write=next(writes, None))


def _born(row: dict[str, str]) -> tuple[int, int]:
    """The years in which somebody fit for a post was born."""
    return int(row["born_from"]), int(row["born_to"])


def _leading_posts(row: dict[str, str]) -> Iterator[Post]:
    for top in read_rows("district_posts"):
        if top["organisation"] == row["name"]:
            yield Post(top["note"], top["positions"].split(), "standing_committee")
    for _ in range(int(row["heads"])):
        yield Post(f"{row['head']} {row['unit']}", ["department_head"], "committee_member")
    for _ in range(int(row["deputies"])):
        yield Post(f"{row['deputy']} {row['unit']}", ["deputy_head"], "cadre")


def _sort_leader(district: District, row: dict[str, str], post: Post, leader: Person) -> None:
    if post.category == "standing_committee":
        district.standing_committee.append(leader)
    elif row["name"] == HOME_AFFAIRS and post.positions == ["deputy_head"]:
        district.home_affairs_deputies.append(leader)
    else:
        district.heads.append(leader)


def _post_values(post: Post, level: str, area: str, org: str | None) -> dict[str, Json]:
    return {
        "category": post.category,
        "level": level,
        "positions": list(post.positions) or None,
        "position_note": post.note or None,
        "party_member": org is not None,
        "party_org": org,
        "area": area,
    }


def make_commune_committee(district: District, commune: Commune, people: People) -> None:
    """Make a commune's committee and its cadres, the four leading ones first."""
    secretary = district.maker.reserve()
    commune.committee_id = district.maker.make(
        "party_org",
        {
            "name": f"Đảng bộ {commune.title}",
            "level": "grassroots",
            "kind": "dang_bo",
            "area": commune.id,
            "secretary": secretary.record_id,
        },
    )
    writes = iter([secretary])
    for row in read_rows("commune_posts")[: commune.cadre_count]:
        post = Post(f"{row['note']} {commune.title}", row["positions"].split(), row["category"])
        org = commune.committee_id if row["is_member"] == "yes" else None
        who = people.draw(_born(row), gender=row["gender"], holds_office=True)
        values = _post_values(post, "commune", commune.id, org)
        commune.cadres.append(people.make(who, values, write=next(writes, None)))


def make_village_cell(
    district: District, commune: Commune, village: Village, people: People
) -> None:
    """Make a village's cell and its members: office-holders, heads of household, new ones."""
    secretary = district.maker.reserve()
    village.cell_id = district.maker.make(
        "party_org",
        {
            "name": f"Chi bộ {village.title}",
            "level": "cell",
            "kind": "chi_bo",
            "parent": commune.committee_id,
            "area": village.id,
            "secretary": secretary.record_id,
        },
    )
    writes = iter([secretary])
    for row, post in _village_posts(district, village):
        who = people.draw(_born(row), gender=row["gender"], holds_office=True)
        values = _post_values(post, "village", village.id, village.cell_id)
        village.members.append(people.make(who, values, write=next(writes, None)))
    spans = _admission_spans(district, village)
    _add_members(district, village, people, village.planned_members - len(spans))
    for span in spans:
        _admit(district, village, people, span)


def _village_posts(district: District, village: Village) -> Iterator[tuple[dict[str, str], Post]]:
    """The posts of a village; often the secretary is its head as well."""
    is_both = district.rng.random() < SECRETARY_IS_HEAD_SHARE
    head = f"Trưởng {village.title}"
    for row in read_rows("village_posts"):
        note, positions = f"{row['note']} {village.title}", row["positions"].split()
        if "village_head" in positions:
            if is_both:
                continue
            note = head
        elif is_both and "cell_secretary" in positions:
            note, positions = f"{row['note']}, {head}", [*positions, "village_head"]
        yield row, Post(note, positions, row["category"])


def _add_members(district: District, village: Village, people: People, wanted: int) -> None:
    rng = district.rng
    missing = wanted - len(village.members)
    of_age = [
        index for index, household in enumerate(village.households) if household.birth <= 1999
    ]
    heads = rng.sample(of_age, min(len(of_age), round(missing * HEAD_OF_HOUSEHOLD_SHARE)))
    values = _post_values(Post("", [], "party_member"), "village", village.id, village.cell_id)
    for index in heads:
        head = village.households[index]
        who = Identity(head.head, head.gender, head.birth, head.ethnic)
        village.members.append(people.make(who, values, home=index))
    for _ in range(missing - len(heads)):
        village.members.append(people.make(people.draw(MEMBER_BORN), values))


def _admission_spans(district: District, village: Village) -> tuple[tuple[str, str], ...]:
    if village.code in ADMITTED:
        return ADMITTED[village.code]
    count = district.rng.choices((0, 1, 2), (45, 40, 15))[0]
    return ADMISSION_SPANS[:count]


def _admit(district: District, village: Village, people: People, span: tuple[str, str]) -> None:
    day = working_day(district.rng, *span)
    values = _post_values(Post("", [], "party_member"), "village", village.id, village.cell_id)
    who = people.draw(NEW_MEMBER_BORN)
    member = people.make(who, values | {"party_joined": day})
    village.members.append(member)
    village.admissions.append(Admission(member, day))
