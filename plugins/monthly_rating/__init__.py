"""Year plan, monthly assignment, self-assessment, meeting, class: the month of a Party cell (source 000)."""
