"""The class of each person: decided, published, corrected."""
