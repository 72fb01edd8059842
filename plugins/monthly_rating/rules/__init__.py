"""What the domain argues about: pure functions over plain values, no database, no clock."""
