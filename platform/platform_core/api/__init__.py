"""The JSON face: sign-in for scripts, health, and the description of everything (OpenAPI)."""
