"""Reads a programme: a folder of schemas/ and a folder of screens/, in TOML."""
