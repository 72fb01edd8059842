"""What is read over several periods: a person's year, a cell's year, what is to be done next."""
