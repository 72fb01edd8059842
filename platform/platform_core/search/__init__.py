"""One search over the people of a body and its modules."""
