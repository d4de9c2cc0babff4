"""Moves records in and out: CSV, JSON lines, reports, the sample district."""
