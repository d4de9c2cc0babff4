"""``assign --propose`` and ``handover``: shown, written, taken back."""

from __future__ import annotations

import pytest


@pytest.fixture
def village(store, nq77):
    """A village with six households and three members, by what the commands say their ids are."""

    def add(record, *values):
        return nq77("--store", store, "add", record, *values).out.split()[0]

    area = add("area", "name=Nà Mẫu", "level=village")
    homes = [add("household", f"head=Vi Văn {n}", f"area={area}") for n in range(6)]
    people = [
        add("person", f"name=Lý Thị {name}", f"area={area}", "party_member=c") for name in "ABC"
    ]
    decision = add("directive", "number=12-QĐ/ĐU", "date=1/6/2023", "issuer=ĐU", "kind=decision")
    return area, homes, people, decision


def test_a_village_is_proposed_written_and_handed_over(store, nq77, village) -> None:
    area, homes, people, decision = village

    def run(*arguments):
        return nq77("--store", store, *arguments)

    shown = run("assign", "--propose", "--of", "Nà Mẫu", "--json").json
    assert shown["counts"] == {"in": 6, "given": 6, "left": 0, "written": 0}
    assert [one["given"] for one in shown["people"]] == [2, 2, 2]
    assert {one["person"]["id"] for one in shown["given"]} == set(people)
    assert run("list", "assignment", "--json").json == []

    given = ("--of", area, "--decision", decision, "--on", "1/3/2024")
    written = run("assign", "--propose", *given, "--apply")
    assert "written\t6\n" in written.out
    rows = run("list", "assignment", "--json").json
    assert {(row["decision"], row["from"]) for row in rows} == {(decision, "2024-03-01")}
    assert "in\t0\n" in run("assign", "--propose", *given, "--apply").out

    leaving = ("handover", people[0], "--to", *people[1:], "--on", "30/6/2024")
    assert run(*leaving, "--preview", "--json").json["counts"] == {"in": 2}
    assert len(run("list", "assignment", "--json").json) == 6
    assert run(*leaving).out.startswith("in\t2\nended\t2\ngiven\t2\nhad\t0\n")
    rows = run("list", "assignment", "--json").json
    begun = [row for row in rows if row["from"] == "2024-07-01"]
    assert sorted(row["person"] for row in begun) == sorted(people[1:])
    assert run("show", people[0], "--json").json["to"] == "2024-06-30"
    assert "in\t0\n" in run(*leaving).out

    run("undo")
    assert len(run("list", "assignment", "--json").json) == 6
    assert "to" not in run("show", people[0], "--json").json
    run("undo")
    assert run("list", "assignment", "--json").json == []


def test_what_cannot_be_is_refused_with_a_sentence(store, nq77, village) -> None:
    area, _, people, _ = village
    one, other = people[:2]
    for arguments, said in (
        (("assign", "--propose", "--of", "Nowhere"), "Nowhere"),
        (("assign", "--propose", "--of", area, "--decision", "không có"), "không có"),
        (("assign", "--propose", "--of", area, "--on", "32/1/2024"), "32/1/2024"),
        (("handover", one, "--to", one, "--on", "1/6/2024"), "Lý Thị A"),
        (("handover", one, "--to", "ai đó", "--on", "1/6/2024"), "ai đó"),
        (("handover", one, "--to", other, "--on", "hôm"), "hôm"),
    ):
        ran = nq77("--store", store, *arguments)
        assert (ran.status, ran.out) == (1, "")
        assert said in ran.err
