"""A plausible year of an invented cell, written with the actions that people use: no row is inserted directly."""

from monthly_rating.demo.year import fill

__all__ = ["fill"]
