"""Counting what the programme's screens ask for: areas by metrics and figures, as of a day.

lens          what counting sees of the records on one day
dependency    which records a count reads, so that a change is followed and nothing counted anew
count         what metrics and figures have in common: sums by area, marks by record
metric        how many are covered of how many
figure        a count, a sum, a count of different values
coverage      all of them together: what is asked, and what follows from a change
"""
