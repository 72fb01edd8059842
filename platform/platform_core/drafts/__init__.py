"""Drafts of forms: what somebody typed and has not saved yet, kept for himself alone."""
