"""The runtime: it composes the application out of tenancy, the modules and the core's own screens."""
