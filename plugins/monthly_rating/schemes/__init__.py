"""Rating schemes: put in place once, confirmed and switched by people, chosen by the first day of a period."""
