"""What a page puts into its forms by itself: no field of the action, never typed."""

from typing import Final

CSRF_TOKEN: Final = "csrf_token"
IDEMPOTENCY_KEY: Final = "idempotency_key"
FORM_DRAFT: Final = "form_draft"
"""Page and name of the draft that stands behind the form, with a space between; only when there is one."""
KEPT_FORM: Final = "kept_form"
"""The form was typed before its session ended and is sent again."""
PAGE_FIELDS: Final = frozenset({CSRF_TOKEN, IDEMPOTENCY_KEY, FORM_DRAFT, KEPT_FORM})
SECRET_FIELDS: Final = frozenset({"password", "current", "new", "repeated"})
"""Typed again rather than sent back."""
