"""Reads the tables that come with the sample: names, places, wordings."""

from __future__ import annotations

from importlib.resources import files


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the sample's tables, by column."""
    text = files(__package__).joinpath("data", f"{name}.tsv").read_text(encoding="utf-8")
    head, *lines = text.splitlines()
    columns = head.split("\t")
    return [dict(zip(columns, line.split("\t"), strict=True)) for line in lines]
