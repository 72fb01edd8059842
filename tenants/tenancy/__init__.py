"""Tenant isolation: who a request acts for, which rows it may touch, and the proof of it."""
