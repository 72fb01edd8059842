"""Year plans: written by their owners, reviewed, every version kept."""
