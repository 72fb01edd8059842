"""States and steps as data: what may follow what, in words. Pure; the log of steps taken is `plugin_api.step_log`."""

from collections.abc import Mapping
from dataclasses import dataclass

from plugin_api.errors import Refused
from plugin_api.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Step:
    """A step: what it is called, the states it may be taken from, the state it leads to."""

    title: str
    since: frozenset[str]
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """The states of one kind of row and the steps between them, in the order in which they are usually taken.

    Titles are marked for translation. `subject` begins the sentences of a refusal ("Kế hoạch"); `advice` says for a
    state what to do instead of a step that can't be taken there.
    """

    subject: str
    states: Mapping[str, str]
    steps: Mapping[str, Step]
    advice: Mapping[str, str]

    def state_title(self, state: str) -> str:
        """What a state is called in the language of this request."""
        return _(self.states[state])

    def step_title(self, step: str) -> str:
        """What a step is called in the language of this request."""
        return _(self.steps[step].title)

    def next_step(self, state: str) -> str | None:
        """The first step that leads on from a state; None at the end."""
        return next((key for key, step in self.steps.items() if state in step.since and step.to != state), None)

    def after(self, step: str, state: str) -> str:
        """Where `step` leads from `state`. Raises Refused, saying what comes first."""
        if state in self.steps[step].since:
            return self.steps[step].to
        raise Refused(
            _(
                "%(subject)s đang ở bước “%(state)s” nên không thể %(step)s. %(advice)s",
                subject=_(self.subject),
                state=self.state_title(state),
                step=self.step_title(step).lower(),
                advice=self._advice(state),
            )
        )

    def must_be_in(self, state: str, *wanted: str) -> None:
        """Raises Refused unless `state` is one of `wanted`: for work that belongs to a state and leads nowhere."""
        if state not in wanted:
            raise Refused(
                _(
                    "Việc này chỉ làm được khi %(subject)s ở bước “%(wanted)s”; "
                    "hiện đang ở bước “%(state)s”. %(advice)s",
                    subject=_(self.subject).lower(),
                    wanted="”, “".join(self.state_title(one) for one in wanted),
                    state=self.state_title(state),
                    advice=self._advice(state),
                )
            )

    def _advice(self, state: str) -> str:
        following = self.next_step(state)
        if state in self.advice or following is None:
            return _(self.advice.get(state, ""))
        return _("Bước tiếp theo: %(step)s.", step=self.step_title(following).lower())
