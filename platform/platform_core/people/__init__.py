"""People of a body, their departments and cells, their roles: dated, versioned, found without diacritics."""
