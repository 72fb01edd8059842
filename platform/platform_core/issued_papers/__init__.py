"""Papers that were issued: numbered, frozen, printed the same for ever."""
