"""A supervisor's boards, and the records behind their numbers."""
