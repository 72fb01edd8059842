"""A person's year, and the year of a cell."""
