"""An export of an older version of the programme is imported by a newer one."""

from __future__ import annotations

import pytest

from nq77tui.core.problem import RefusedError
from nq77tui.exchange.exporting import save_export, write_export
from nq77tui.exchange.importing import import_file


def export(machines, name, record, form):
    path = machines.place / f"{record}.{form}"
    with machines.open(name) as repository:
        save_export(path, lambda stream: write_export(repository, record, form, stream))
    return path


@pytest.mark.parametrize("form", ["csv", "json"])
def test_old_columns_codes_and_types_become_todays(machines, form):
    with machines.open("a") as a:
        values = {"head": "Vi Lan", "phone": "0912345678", "persons": 4, "class": "PHAT_SINH"}
        house = a.add("household", values).id
        said = {"date": "2024-06-01", "text": "đường hỏng", "unit": house, "status": "open"}
        concern = a.add("concern", {**said, "raised_by": "Vi Thị Lan"}).id
        short = a.add("concern", {**said, "raised_by": "Páo"}).id
        quiet = a.add("concern", said).id
    files = [export(machines, "a", record, form) for record in ("household", "concern")]
    machines.exchange()
    machines.at.update(a=3, c=3)
    with machines.open("a") as a:
        a.edit(house, {"mobile": None, "class": None, "persons": None})
        a.edit(concern, {"family": None})
        result = import_file(a, files[0], "household")
        assert (result.changed, result.refused) == (1, ())
        record = a.require(house)
        assert (record.get("mobile"), record.get("class")) == ("0912345678", "NGHEO")
        assert record.get("persons") == {"is": "exact", "n": 4}
        result = import_file(a, files[1], "concern")
        assert (result.changed, result.unchanged, len(result.refused)) == (1, 1, 1)
        assert a.require(concern).get("family") == "Vi"
        assert a.require(quiet).get("family") is None
        (problem,) = result.refused[0].problems
        assert (problem.key, problem.params["value"]) == ("exchange.no_parts", "Páo")
        assert a.require(short).get("reporter@3") == "Páo"
        # Once more: nothing is left to do.
        assert import_file(a, files[0], "household").unchanged == 1


def test_a_list_typed_anew_with_an_old_code_and_a_column_twice(machines):
    machines.at["a"] = 2
    with machines.open("a") as a:
        file = machines.place / "typed.csv"
        file.write_text("head,class\nVi Lan,PHAT_SINH\nVi Hai,TRUNG_BINH\n", encoding="utf-8")
        result = import_file(a, file, "household")
        assert (result.added, len(result.refused)) == (1, 1)
        assert [row.values["class"] for row in a.rows("household")] == ["NGHEO"]
        file.write_text("head,phone,mobile\nVi Ba,0912345678,\n", encoding="utf-8")
        with pytest.raises(RefusedError) as refused:
            import_file(a, file, "household")
        assert refused.value.problems[0].key == "exchange.column_twice"
