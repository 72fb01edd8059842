"""How a service says no. Each is turned into a page or a problem+json answer once, at the edge."""

from collections.abc import Mapping


class Refusal(Exception):
    """A clear sentence for the person who asked, in that person's language, saying what to do next."""

    status = 409

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Refused(Refusal):
    """The step can't be taken now: wrong order, closed cycle, already done. 409; nothing was written."""


class Forbidden(Refusal):
    """The person may see it but not do this. 403; nothing was written."""

    status = 403


class Invalid(Refusal):
    """What was typed can't be used. 422; `problems` maps a field to its sentence, every fault at once."""

    status = 422

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)
