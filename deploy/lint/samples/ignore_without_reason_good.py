"""A checker silenced with the rule and the reason."""

one: int = "1"  # pyright: ignore[reportAssignmentType]  # the sample of a reason
# Without this the line below would be too long: the sample of a reason above.
two: int = "2"  # type: ignore[assignment]
