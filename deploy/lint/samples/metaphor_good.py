"""Terms of the field, and words that only hold a metaphor's letters."""

FOLDERS = ("platform", "tenants")


class RequestMiddleware:
    def __init__(self, module: str, aggregates: list[str]) -> None:
        self.facts = len(aggregates)
        self.mushroom = module

    def referrer(self, outer: str) -> str:
        action = outer
        return action
