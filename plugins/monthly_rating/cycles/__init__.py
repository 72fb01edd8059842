"""Periods of a cell: opened, with their members, up to what is missing before the next step."""
