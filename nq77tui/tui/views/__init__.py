"""The places of the program: Textual calls them screens, this house calls them views."""
