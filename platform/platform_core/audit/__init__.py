"""The trail: who changed what and when in a body, told in words."""
