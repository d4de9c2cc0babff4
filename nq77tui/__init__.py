"""nq77tui: full-screen data entry for field teams without a good network."""
