"""A plausible year of an invented cell, lived through with the services themselves:
nothing comes in by the back door."""

from monthly_rating.demo.year import fill

__all__ = ["fill"]
