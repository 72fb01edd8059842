"""Files that prove a task."""
