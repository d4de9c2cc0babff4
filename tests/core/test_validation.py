"""What a schema allows: required, relevant, constraint, calculation, choice_filter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nq77tui.core.expression import parse
from nq77tui.core.schema import FIELD_TYPES, Choice, Constraint, Field, Schema
from nq77tui.core.scope import RecordScope, Row
from nq77tui.core.validation import allowed_choices, calculated, check_values, relevant_fields

LABEL = {"vi": "X", "en": "X"}


class Records:
    """A few records that references lead to."""

    def __init__(self, *rows: Row) -> None:
        self.by_id = {row.id: row for row in rows}

    def row(self, record_id: str) -> Row | None:
        return self.by_id.get(record_id)


NOBODY = Records()


def field(name: str, kind: str = "text", **more: object) -> Field:
    for key in ("required", "relevant", "calculation", "choice_filter"):
        if isinstance(more.get(key), str):
            more[key] = parse(str(more[key]))
    return Field(name, kind, LABEL, **more)  # type: ignore[arg-type]


def schema(*fields: Field) -> Schema:
    return Schema("thing", 1, LABEL, {one.name: one for one in fields})


def scope(values, records: Records = NOBODY) -> RecordScope:
    return RecordScope(values, records, "2024-09-05")


def check(found: Schema, values, records: Records = NOBODY):
    return [
        (problem.key.removeprefix("validation."), problem.params.get("field"), problem.severity)
        for problem in check_values(found, values, scope(values, records))
    ]


@pytest.mark.parametrize("empty", [None, "", []])
def test_a_required_field_without_a_value_is_an_error_or_a_warning(empty):
    needed = schema(field("a", required="true()"))
    assert check(needed, {"a": empty}) == [("required", "a", "error")]
    soft = schema(field("a", required="true()", required_severity="warning"))
    assert check(soft, {"a": empty}) == [("required", "a", "warning")]
    assert check(soft, {}) == [("required", "a", "warning")]


@pytest.mark.parametrize("value", [0, False])
def test_zero_and_no_are_values(value):
    kind = "yes_no" if value is False else "integer"
    assert check(schema(field("a", kind, required="true()")), {"a": value}) == []


def test_a_field_is_required_only_where_its_expression_holds():
    found = schema(field("kind"), field("a", required="${kind} = 'x'"))
    assert check(found, {"kind": "x"}) == [("required", "a", "error")]
    assert check(found, {"kind": "y"}) == []


def test_what_an_irrelevant_field_holds_is_not_checked():
    rule = Constraint(parse(". > 5"), LABEL)
    found = schema(
        field("kind"),
        field("a", "integer", relevant="${kind} = 'x'", required="true()", constraints=(rule,)),
    )
    assert relevant_fields(found, scope({"kind": "y"})) == {"kind"}
    assert check(found, {"kind": "y", "a": "rubbish"}) == []
    assert check(found, {"kind": "y"}) == []
    assert check(found, {"kind": "x", "a": 3}) == [("constraint", "a", "error")]
    assert check(found, {"kind": "x"}) == [("required", "a", "error")]


def test_a_constraint_is_asked_only_where_there_is_a_value():
    rules = (
        Constraint(parse(". >= ${least}"), {"vi": "ít"}),
        Constraint(parse(". < 100"), {"vi": "nhiều"}, "warning"),
    )
    found = schema(field("least", "integer"), field("a", "integer", constraints=rules))
    assert check(found, {"least": 3}) == []
    assert check(found, {"least": 3, "a": 3}) == []
    assert check(found, {"least": 3, "a": 2}) == [("constraint", "a", "error")]
    assert check(found, {"least": 3, "a": 100}) == [("constraint", "a", "warning")]
    (problem,) = check_values(found, {"least": 3, "a": 2}, scope({"least": 3, "a": 2}))
    assert problem.params["message"] == {"vi": "ít"}


def test_a_constraint_looks_through_references():
    person = Row("P", "person", {"level": "district"})
    rule = Constraint(parse("${who.level} = 'district'"), LABEL)
    found = schema(field("who", "reference", to=("person",), constraints=(rule,)))
    assert check(found, {"who": "P"}, Records(person)) == []
    assert check(found, {"who": "Q"}, Records(person)) == [("constraint", "who", "error")]


def test_a_calculated_field_follows_the_others():
    found = schema(
        field("n", "integer"),
        field("each", "decimal"),
        field("total", "decimal", calculation="${n} * ${each}"),
        field("name", calculation="concat('Hộ ', ${n})"),
    )
    assert calculated(found, scope({"n": 4, "each": 2.5})) == {"total": 10, "name": "Hộ 4"}
    assert calculated(found, scope({"each": 2.5}))["total"] is None


def test_a_calculated_field_follows_another_calculated_one():
    found = schema(
        field("n", "integer"),
        field("double", "integer", calculation="${n} * 2"),
        field("fourfold", "integer", calculation="${double} * 2"),
    )
    assert calculated(found, scope({"n": 3})) == {"double": 6, "fourfold": 12}


CHOICES = (
    Choice("xa", LABEL, {"level": "commune"}),
    Choice("thon", LABEL, {"level": "village"}),
    Choice("ban", LABEL, {"level": "village"}),
    Choice("old", LABEL, {"level": "village"}, retired=True),
)


def test_a_filter_leaves_the_choices_that_go_with_the_other_values():
    kind = field("kind", "choice", choices=CHOICES, choice_filter="level = ${level}")
    found = schema(field("level"), kind)
    allowed = allowed_choices(kind, scope({"level": "village"}))
    assert [choice.code for choice in allowed] == ["thon", "ban"]
    assert check(found, {"level": "village", "kind": "ban"}) == []
    assert check(found, {"level": "commune", "kind": "ban"}) == [
        ("choice_not_here", "kind", "error")
    ]
    assert check(found, {"level": "village", "kind": "zz"}) == [("unknown_choice", "kind", "error")]


def test_a_retired_choice_stays_valid_where_it_stands_and_is_not_offered():
    kind = field("kind", "choices", choices=CHOICES)
    assert check(schema(kind), {"kind": ["old", "xa"]}) == []
    assert "old" not in {choice.code for choice in allowed_choices(kind, scope({}))}


def test_every_wrong_answer_of_several_is_named():
    kind = field("kind", "choices", choices=CHOICES)
    assert check(schema(kind), {"kind": ["zz", "xa", "yy"]}) == [
        ("unknown_choice", "kind", "error"),
        ("unknown_choice", "kind", "error"),
    ]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("text", ["x"], [5, True, ["x"], {"n": 1}]),
        ("integer", [5, -5], ["5", 5.0, True, [5]]),
        ("decimal", [5, 5.5], ["5", True, {"n": 5}]),
        ("date", ["2024-02-05"], [2024, True]),
        ("yes_no", [True, False], [1, 0, "true"]),
        ("choices", [["xa"]], ["xa", [5], {"xa": 1}]),
        ("figure", [{"is": "exact", "n": 5}, {"is": "range", "n": 1, "max": 2}],
         [5, {"n": 5}, {"is": "zz", "n": 5}, {"is": "range", "n": 1}, {"is": "exact", "n": True}]),
        ("money", [{"n": 5, "unit": "dong"}], [5, {"n": 5}, {"n": "5", "unit": "dong"}]),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_than_the_field_is_an_error(kind, good, bad):
    more = {"choices": CHOICES} if kind == "choices" else {}
    found = schema(field("a", kind, **more))
    for value in good:
        assert check(found, {"a": value}) == []
    for value in bad:
        assert check(found, {"a": value}) == [("wrong_kind", "a", "error")]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("date", "31/02"), ("date", "2024-02-31"), ("date", "hôm nay"), ("phone", "abc"),
     ("citizen_number", "12"), ("figure", {"is": "range", "n": 5, "max": 1}),
     ("hectares", {"is": "exact", "n": -5})],
)  # fmt: skip
def test_a_text_that_is_no_date_phone_or_number_is_an_error(kind, value):
    assert check(schema(field("a", kind)), {"a": value})


def test_a_code_that_does_not_fit_its_mask_is_an_error():
    assert check(schema(field("a", "code", mask="##")), {"a": "xyz"})


def test_a_field_that_the_schema_does_not_know_is_an_error():
    assert check(schema(field("a")), {"a": "x", "zz": 1}) == [("unknown_field", "zz", "error")]


def test_a_citizen_number_that_contradicts_birth_or_gender_is_a_warning():
    found = schema(field("number", "citizen_number"), field("birth", "date"), field("gender"))
    sound = {"number": "020085001234", "birth": "1985-03-20", "gender": "male"}
    assert check(found, sound) == []
    for change in (
        {"gender": "female"},
        {"birth": "1986"},
        {"birth": "2085"},
        {"number": "123456789"},
    ):
        assert {severity for *_, severity in check(found, {**sound, **change})} == {"warning"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["n", "is", "unit", "max", "x"]), inner, max_size=4)
    ),
    max_leaves=6,
)
EVERYTHING = schema(
    *(
        field(
            kind,
            kind,
            **(
                {"choices": CHOICES, "choice_filter": "level = ${text}"} if "choice" in kind else {}
            ),
            required="${integer} > 3",
            relevant="${yes_no} or ${reference.x} != 'a'",
            constraints=(Constraint(parse(". > ${decimal} and ${figure} < 5"), LABEL),),
        )
        for kind in FIELD_TYPES
        if kind != "citizen_number"
    )
)


@given(st.dictionaries(st.sampled_from([*FIELD_TYPES[:-2], "code", "zz"]), JSON))
def test_whatever_a_record_holds_is_checked_without_harm(values):
    check(EVERYTHING, values)
