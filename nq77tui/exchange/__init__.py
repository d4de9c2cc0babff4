"""Moves records in and out: CSV, JSON lines, reports, the sample district.

The whole surface for a command line:

* `importing.import_file` and `importing.problem_texts`
* `exporting.export_csv`, `export_json_lines`, `export_all_json`, `export_all_csv`, and
  `exporting.save_export` to write any of them into a file in one step
"""
