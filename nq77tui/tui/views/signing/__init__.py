"""Signing figures off: areas and their periods, and the figures that were approved."""
