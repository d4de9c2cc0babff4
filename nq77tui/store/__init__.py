"""Keeps records on disk: the only importer of TinyDB."""
