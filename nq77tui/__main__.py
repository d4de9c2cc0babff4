"""``python -m nq77tui`` is ``nq77``."""

import sys

from nq77tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
