"""Tables that nobody changes, state of one call, and one allowed with a reason."""

TITLES = {"a": "A"}
TITLES["b"] = "B"

# lint: allow(module-state): compiled from the sources, the same in every process
compiled: dict[str, str] = {}


def remember(name: str) -> dict[str, int]:
    seen: dict[str, int] = {}
    seen[name] = 1
    compiled[name] = TITLES[name]
    return seen
