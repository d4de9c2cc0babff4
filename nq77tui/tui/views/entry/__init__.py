"""Keying records: the form, how it is saved, and the drafts that outlive it."""
