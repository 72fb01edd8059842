"""Accounts and sessions: who signs in, how a session is kept, what opens a request. All through functions of `auth`."""
