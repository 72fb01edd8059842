"""The JSON API: sign-in for scripts, health, and the description of everything (OpenAPI)."""
