"""What a person sees inside a view: lines, lists, form panes."""
