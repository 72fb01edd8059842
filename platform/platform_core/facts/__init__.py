"""The facts that modules publish about a body, as pages and operations."""
