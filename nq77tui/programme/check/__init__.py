"""Proves a programme whole: that every name in one file means something in another.

`names` looks names up; the other modules say which stand where: `schema` and `change` in
``schemas/``, `screen`, `metric` and `task` in ``screens/``, `board` and `report` in their folders.
`whole` asks for all that has to hold before anything can start.
"""
