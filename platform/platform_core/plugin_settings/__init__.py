"""Modules switched on per body, and their settings: stored as sparse patches, inherited down the tree, lockable."""
