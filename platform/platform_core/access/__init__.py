"""Who may do what: role templates, dated assignments, casbin as the engine, compiled to sets for the hot path."""
