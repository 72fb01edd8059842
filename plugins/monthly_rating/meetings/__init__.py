"""The meeting of a period: attendance, comments, minutes."""
