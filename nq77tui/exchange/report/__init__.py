"""Reports that are handed in: built from a form, written as xlsx, docx, html, csv or txt."""
