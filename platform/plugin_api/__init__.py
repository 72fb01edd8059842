"""The contract between the core and its modules: the only thing a module imports besides `tenancy`."""

CONTRACT = 1
"""The version of this contract. It grows when a module made for the one before would no longer work; every manifest
names the one its module was made for."""
