"""Reorganising areas from a table: read, checked beside the areas of the day before, committed.

table      the file, row by row: which new area is made of which old ones
check      its cells beside the areas of the day before
hanging    what still leads to areas that end, and what becomes of it
commit     all of it in one commit, or a preview of the same
"""

from nq77tui.exchange.reorganisation.commit import Reorganised, reorganise

__all__ = ["Reorganised", "reorganise"]
