"""Self-assessments: task by task, with a proposed class."""
