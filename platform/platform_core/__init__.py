"""The runtime: it composes the application out of the walls, the modules and the core's own rooms."""
