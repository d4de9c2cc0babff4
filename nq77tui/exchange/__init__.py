"""Moves records in and out: CSV, JSON lines, reports, reorganisations, the sample district.

The whole surface for a command line:

* `importing.import_file` and `importing.problem_texts`
* `exporting.write_export` into any stream, `exporting.export_all_csv` into a folder, and
  `exporting.save_export` to write into a file in one step
* `reorganisation.reorganise`, with a preview of the same
* `report.building.make_sheet` and `report.writing.write_report`
* `sample.build_district` and `sample.build_excerpt`
"""
