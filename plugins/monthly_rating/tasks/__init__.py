"""Tasks: drafted before the notice is issued, reported on until the self-assessment."""
