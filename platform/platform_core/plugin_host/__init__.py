"""The only place that knows pluggy: finds modules, checks everything they declare, and calls them per body."""
