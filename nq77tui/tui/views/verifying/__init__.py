"""Keying a second time: what is to be keyed, the blind form, what differs, how well people key."""
