"""The list of periods, and one period."""
