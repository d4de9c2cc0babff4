"""How far every area is, and what is missing there."""
