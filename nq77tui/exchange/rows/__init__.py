"""Rows in files: bytes, columns and cells, before anything is asked of the store.

`table_file` puts together what the other modules read, each its own part: `encoding` the bytes,
`csv_rows` and `json_rows` the rows, `column` which field each column is, `old_columns` the names
and codes of older versions, `cell` one value.
"""
