"""A terminal driver for Textual that spares the line.

It reads what Textual writes, keeps what the terminal shows, and sends what differs. Nothing in
here knows the rest of nq77tui: another Textual app can take the package as it is.
"""

from nq77tui.tui.line.driver import LineDriver

__all__ = ["LineDriver"]
