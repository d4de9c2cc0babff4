"""Finding and sorting Vietnamese names."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from pathlib import Path

import pytest

from nq77tui.core.vietnamese import fold, matches, name_sort_key, sort_key

VECTORS = Path(__file__).parent.parent / "vectors" / "collation_vectors.tsv"


def ordered_lists():
    found = defaultdict(list)
    with VECTORS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found[row["policy"]].append(row["text"])
    return found


@pytest.mark.parametrize("policy", ordered_lists())
def test_lists_sort_as_the_dictionary_does(policy) -> None:
    expected = ordered_lists()[policy]
    shuffled = random.Random(77).sample(expected, len(expected))
    key = name_sort_key if policy == "people_by_given_name" else sort_key
    assert sorted(shuffled, key=key) == expected


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("nguyen", "Nguyễn Văn Hòa"),
        ("hoà", "Nguyễn Văn Hòa"),
        ("hòa", "Nguyễn Văn Hoà"),
        ("NVH", "Nguyễn Văn Hòa"),
        ("dong buc", "Đồng Bục"),
        ("đồng", "Đồng Bục"),
        ("vy", "Vi Văn An"),
        ("lí", "Lý Thị Ánh"),
        ("miang", "Bản Choong - Bản Mìang"),
        ("hoà", "Nguyễn Văn Hoàng"),
        ("", "Đồng Bục"),
        ("NVĐ", "Nguyễn Văn Đô"),
        ("nvâ", "Nông Văn Ân"),
        ("\u00d0ồng", "Đồng Bục"),
        ("ho\u00e0ng", "Hoa\u0300ng Thi\u0323 Na"),
    ],
)
def test_a_query_finds(query, text) -> None:
    assert matches(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("đông", "Đồng Bục"),
        ("hỏa", "Nguyễn Văn Hòa"),
        ("đong", "Dong Riềng"),
        ("nvx", "Nguyễn Văn Hòa"),
        ("ân", "An"),
        ("nvđ", "Nguyễn Văn Dần"),
    ],
)
def test_a_query_with_marks_finds_only_those_marks(query, text) -> None:
    assert not matches(query, text)


def test_folding_forgets_marks_case_and_the_spelling_of_i() -> None:
    assert fold("Lý THUỶ Đoàn Kết") == "li thui doan ket"
    assert fold("La\u0300") == "la"
    assert fold("\u00d0o\u00e0n \u0189\u00f0") == "doan dd"
