"""A checker silenced. The marked lines are found."""

one: int = "1"  # type: ignore  # bad
two: int = "2"  # type: ignore[assignment] # bad
three: int = "3"  # pyright: ignore  # bad
