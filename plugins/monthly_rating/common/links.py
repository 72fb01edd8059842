"""Addresses of the module for what is shown outside it: "My work", facts, search."""

from plugin_api.actor import Actor

ADDRESS = "monthly-rating"


def link(actor: Actor, *parts: object, anchor: str = "", **query: object) -> str:
    """`link(actor, "cycles", cycle_id, "meeting")`; `query` becomes the query string."""
    path = "/".join(["/t", actor.body.slug, ADDRESS, *(str(part) for part in parts)])
    asked = "&".join(f"{name}={value}" for name, value in query.items() if value not in (None, ""))
    return path + (f"?{asked}" if asked else "") + (f"#{anchor}" if anchor else "")
