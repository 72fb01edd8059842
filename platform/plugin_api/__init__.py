"""The contract between the core and its modules: the only thing a module imports besides `tenancy`."""
