"""From what a person types to what a field stores, and back."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nq77tui.core.schema import FIELD_TYPES, Choice, Field
from nq77tui.core.text import printable
from nq77tui.core.typed import MAX_TEXT, read_choice, read_typed, show_value, write_plain
from nq77tui.core.values import ValueRefusedError

TODAY = date(2024, 9, 5)
CHOICES = (
    Choice("xa", {"vi": "Xã", "en": "Commune"}),
    Choice("thi_tran", {"vi": "Thị trấn", "en": "Township"}),
    Choice("old", {"vi": "Kiểu cũ", "en": "Of old"}, retired=True),
    Choice("thon", {"vi": "Thôn", "en": "Village"}),
)


def make(kind: str, **more: object) -> Field:
    more = {"choices": CHOICES, **more} if kind in ("choice", "choices") else more
    return Field("x", kind, {"vi": "X", "en": "X"}, **more)  # type: ignore[arg-type]


def read(kind: str, typed: str, **more: object):
    return read_typed(make(kind, **more), typed, TODAY)


def refused(kind: str, typed: str, **more: object) -> str:
    with pytest.raises(ValueRefusedError) as error:
        read(kind, typed, **more)
    (problem,) = error.value.problems
    return problem.key.removeprefix("value.")


EXAMPLES = [
    ("text", "Vi Thị Lan", "Vi Thị Lan", {}),
    ("text", "a\r\nb", "a b", {}),
    ("text", "a \r\n\r\n b", "a\n\nb", {"multiline": True}),
    ("integer", "1.234", 1234, {}),
    ("integer", "-5", -5, {}),
    ("decimal", "1.234,50", 1234.5, {}),
    ("decimal", "4,0", 4, {}),
    ("date", "25/5/2022", "2022-05-25", {}),
    ("date", "050924", "2024-09-05", {}),
    ("date", "h-1", "2024-09-04", {}),
    ("date", "1985", "1985", {"year_only": True}),
    ("date", "3/1985", "1985-03", {"year_only": True}),
    ("yes_no", "c", True, {}),
    ("yes_no", "Không", False, {}),
    ("choice", "thi_tran", "thi_tran", {}),
    ("choice", "thị trấn", "thi_tran", {}),
    ("choices", "Thôn, xã", ["xa", "thon"], {}),
    ("choices", "3;1", ["xa", "thon"], {}),
    ("reference", "AAAAAAAA-1", "AAAAAAAA-1", {"to": ("area",)}),
    ("figure", "63", {"is": "exact", "n": 63}, {}),
    ("figure", "hơn 70", {"is": "more_than", "n": 70}, {}),
    ("figure", "khoảng 4,5", {"is": "about", "n": 4.5}, {}),
    ("figure", "1-2", {"is": "range", "n": 1, "max": 2}, {}),
    ("hectares", "70,25 ha", {"is": "exact", "n": 70.25}, {}),
    ("hectares", ">70ha", {"is": "more_than", "n": 70}, {}),
    ("money", "500 nghìn", {"n": 500, "unit": "nghin"}, {}),
    ("money", "2,5 triệu", {"n": 2.5, "unit": "trieu"}, {}),
    ("money", "300000", {"n": 300000, "unit": "dong"}, {}),
    ("phone", "+84 912.345.678", "0912345678", {}),
    ("phone", "01234567890", "0834567890", {}),
    ("citizen_number", "020 085 001 234", "020085001234", {}),
    ("code", "06610-03-0017", "06610-03-0017", {"mask": "#####-##-####"}),
    ("code", "06610030017", "06610-03-0017", {"mask": "#####-##-####"}),
    ("code", "06610 03 0017", "06610-03-0017", {"mask": "#####-##-####"}),
    ("code", "AB 12", "AB12", {}),
]


@pytest.mark.parametrize(("kind", "typed", "value", "more"), EXAMPLES)
def test_a_typed_text_is_read_shown_and_read_again(kind, typed, value, more):
    field = make(kind, **more)
    assert read_typed(field, typed, TODAY) == value
    for lang in ("vi", "en"):
        shown = show_value(field, value, lang)
        assert shown == printable(shown) or field.multiline
        assert read_typed(field, shown, TODAY) == value
    assert read_typed(field, write_plain(field, value), TODAY) == value


def test_every_type_has_an_example():
    assert {kind for kind, *_ in EXAMPLES} == set(FIELD_TYPES)


@pytest.mark.parametrize("kind", FIELD_TYPES)
@pytest.mark.parametrize("typed", ["", " ", "\t\n", "\u200b", "\x00", "\u00a0"])
def test_an_empty_text_is_no_value(kind, typed):
    assert read(kind, typed) is None
    assert show_value(make(kind), None) == ""
    assert write_plain(make(kind), None) == ""


REFUSED = [
    ("integer", "1,5", "no_integer"),
    ("integer", "x", "no_number"),
    ("integer", "1.23", "ambiguous_number"),
    ("integer", "1" * 19, "no_number"),
    ("integer", "٣", "no_number"),
    ("integer", "--1", "no_number"),
    ("decimal", "70.5", "ambiguous_number"),
    ("decimal", "1,200", "ambiguous_number"),
    ("decimal", "1e5", "no_number"),
    ("decimal", "NaN", "no_number"),
    ("decimal", "0x1", "no_number"),
    ("date", "31/02", "impossible_date"),
    ("date", "31/02/2024", "impossible_date"),
    ("date", "29/2/2023", "impossible_date"),
    ("date", "5/13/2024", "impossible_date"),
    ("date", "1985", "no_date"),
    ("date", "2024-2-5", "no_date"),
    ("date", "mai", "no_date"),
    ("yes_no", "maybe", "no_yes_no"),
    ("yes_no", "3", "no_yes_no"),
    ("choice", "zz", "no_choice"),
    ("choice", "th", "choice_unclear"),
    ("choice", "0", "no_choice"),
    ("choice", "4", "no_choice"),
    ("choice", "Kiểu", "no_choice"),
    ("choices", "xa, zz", "no_choice"),
    ("choices", "xa,,th", "choice_unclear"),
    ("figure", "hơn", "no_number"),
    ("figure", "2-1", "range_reversed"),
    ("figure", "1-", "no_number"),
    ("hectares", "-1", "hectares"),
    ("hectares", "1,234", "ambiguous_number"),
    ("hectares", "1,005", "ambiguous_number"),
    ("hectares", "0,0051", "hectares"),
    ("money", "500 dollars", "no_money"),
    ("money", "nghìn", "no_money"),
    ("money", "5 5x", "no_money"),
    ("phone", "912345678", "phone_no_zero"),
    ("phone", "091234567", "phone_length"),
    ("phone", "0112345678", "phone_prefix"),
    ("phone", "09123456789", "phone_length"),
    ("citizen_number", "12345", "citizen_number_length"),
    ("citizen_number", "x" * 12, "citizen_number_length"),
]


@pytest.mark.parametrize(("kind", "typed", "reason"), REFUSED)
def test_what_a_field_cannot_hold_is_refused_with_its_reason(kind, typed, reason):
    assert refused(kind, typed) == reason


@pytest.mark.parametrize("typed", ["0661-03-0017", "06610-03-001", "066100300171", "o6610-03-0017"])
def test_a_code_that_does_not_fit_its_mask_is_refused(typed):
    assert refused("code", typed, mask="#####-##-####") == "code_mask"


@pytest.mark.parametrize("typed", ["0661²-03-0017", "٠٦٦١٠-03-0017", "06610-03-001①"])
def test_a_digit_of_a_mask_is_one_of_ten(typed):
    assert refused("code", typed, mask="#####-##-####") == "code_mask"


def test_a_text_that_is_too_long_is_refused_for_every_type():
    for kind in FIELD_TYPES:
        assert refused(kind, "9" * (MAX_TEXT + 1)) == "too_long"
    assert read("text", "9" * MAX_TEXT) == "9" * MAX_TEXT


# -- choices -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "code"),
    [("xa", "xa"), ("XA", "xa"), ("Xã", "xa"), ("1", "xa"), ("2", "thi_tran"), ("3", "thon"),
     ("thô", "thon"), ("tho", "thon"), ("THÔN", "thon"), ("village", "thon"), ("Vil", "thon"),
     ("thị", "thi_tran"), ("old", "old"), ("Kiểu cũ", "old")],
)  # fmt: skip
def test_a_choice_is_read_by_code_number_label_or_beginning(typed, code):
    assert read("choice", typed) == code


def test_a_number_counts_only_what_is_still_offered():
    assert [read("choice", str(n)) for n in (1, 2, 3)] == ["xa", "thi_tran", "thon"]


def test_a_code_of_digits_goes_before_the_place_in_the_list():
    choices = (Choice("2", {"vi": "Hai"}), Choice("1", {"vi": "Một"}))
    field = make("choice", choices=choices)
    assert read_typed(field, "1", TODAY) == "1"
    assert read_typed(field, "2", TODAY) == "2"


@pytest.mark.parametrize("typed", ["00012", "0001999"])
def test_a_number_beyond_the_list_is_refused_however_long(typed):
    assert refused("choice", typed) == "no_choice"


def test_what_is_refused_names_what_could_be_taken():
    with pytest.raises(ValueRefusedError) as error:
        read_choice(make("choice"), "th")
    assert error.value.problems[0].params["known"] == "thi_tran, thon"
    with pytest.raises(ValueRefusedError) as error:
        read_choice(make("choice"), "zz")
    assert error.value.problems[0].params["known"] == "xa, thi_tran, thon"


def test_the_same_set_of_answers_is_the_same_value_in_whatever_order_it_was_ticked():
    assert read("choices", "thon,xa") == read("choices", "xa;thon") == read("choices", "1,3,1")


@pytest.mark.parametrize("typed", [",", ";", ",;,"])
def test_separators_alone_are_no_answer(typed):
    assert read("choices", typed) is None


def test_several_answers_whose_labels_hold_a_comma_can_be_typed_again():
    choices = (Choice("a", {"vi": "Văn hóa, xã hội"}), Choice("b", {"vi": "Kinh tế"}))
    field = make("choices", choices=choices)
    assert read_typed(field, show_value(field, ["a", "b"]), TODAY) == ["a", "b"]


# -- text from anywhere ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Nguyễn Văn Hòa", "Nguyễn Văn Hòa"), ("\u00d0ồng", "Đồng"), ("  Vi \u00a0 Lan ", "Vi Lan"),
        ("Vi\u200bLan", "ViLan"), ("\ufeffVi", "Vi"), ("\u202eLan", "Lan"),
        ("Vi\x1b[31mLan", "Vi[31mLan"),
        ("\x9b31mVi", "31mVi"), ("Vi\ud800Lan", "ViLan"), ("[red]Vi[/red]", "[red]Vi[/red]"),
        ("{id} %s $(x) `x`", "{id} %s $(x) `x`"), ("Bản Hoi – Nà Mẫu", "Bản Hoi - Nà Mẫu"),
        ("=1+1", "=1+1"),
    ],
)  # fmt: skip
def test_a_text_is_stored_in_one_harmless_spelling(typed, kept):
    assert read("text", typed) == kept
    assert read("text", unicodedata.normalize("NFD", typed)) == kept
    assert read("text", kept) == kept
    assert show_value(make("text"), kept) == kept


STEERING = {"Cc", "Cf", "Cs"}


@given(st.sampled_from(FIELD_TYPES), st.text(max_size=30))
def test_whatever_is_typed_is_read_or_refused(kind, typed):
    field = make(kind, to=("area",)) if kind == "reference" else make(kind)
    try:
        value = read_typed(field, typed, TODAY)
    except ValueRefusedError:
        return
    # Control, format and half characters never get in.
    assert not {unicodedata.category(letter) for letter in show_value(field, value)} & STEERING
    if value not in (None, []):
        assert read_typed(field, show_value(field, value), TODAY) == value


@given(st.integers(-(10**13) + 1, 10**14 - 1))
def test_every_whole_number_that_is_shown_can_be_typed_again(number):
    field = make("integer")
    assert read_typed(field, show_value(field, number), TODAY) == number


@pytest.mark.parametrize("typed", ["1234567890123456", "123456789,123456789"])
def test_a_number_with_more_digits_than_can_be_kept_exactly_is_refused(typed):
    assert refused("decimal", typed) == "no_number"


@given(st.dates(date(1000, 1, 1), date(2199, 12, 31)))
def test_every_day_that_is_shown_can_be_typed_again(day):
    field = make("date")
    assert read_typed(field, show_value(field, day.isoformat()), TODAY) == day.isoformat()


@pytest.mark.parametrize("typed", ["0000", "1/0000", "0001"])
def test_a_year_that_is_none_is_refused(typed):
    assert refused("date", typed, year_only=True) == "impossible_date"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["n", "is", "unit", "max", "x"]), inner, max_size=4)
    ),
    max_leaves=6,
)


@given(st.sampled_from(FIELD_TYPES), JSON, st.sampled_from(["vi", "en"]))
def test_whatever_late_or_foreign_data_holds_is_shown(kind, value, lang):
    assert isinstance(show_value(make(kind), value, lang), str)


@given(st.sampled_from(FIELD_TYPES), JSON)
def test_whatever_late_or_foreign_data_holds_is_written_to_a_table(kind, value):
    assert isinstance(write_plain(make(kind), value), str)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_number_that_names_and_does_not_count_has_no_thousands_signs(lang) -> None:
    year = make("integer", grouping=False)
    assert show_value(year, 2024, lang) == write_plain(year, 2024) == "2024"
    assert read_typed(year, "2024", TODAY) == read_typed(year, "2.024", TODAY) == 2024
    assert show_value(make("integer"), 2024, lang) == "2.024"
