"""A synthetic district to try everything on: real places and totals, invented people.

The places are those of Lộc Bình in mid-2024, the totals those of the article about Resolution 77
(Báo Lạng Sơn, 2024); every person, household, number and document is made up. The same seed
gives the same records, byte for byte; another seed gives other people and the same totals.
"""

from nq77tui.exchange.sample.district import DEFAULT_SEED, build_district
from nq77tui.exchange.sample.excerpt import build_excerpt

__all__ = ["DEFAULT_SEED", "build_district", "build_excerpt"]
