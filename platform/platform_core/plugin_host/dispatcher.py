"""Calls hooks: only modules that are switched on in the body are asked, one by one, so that one failure stays one."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from platform_core.plugin_host.answers import checked
from platform_core.plugin_host.registry import Registry
from plugin_api.actor import Actor
from tenancy.faults import DatabaseGone
from tenancy.transaction import current_transaction

log = structlog.get_logger()


class Dispatcher:
    """The only way to a module's hooks. Filtering by enablement happens here: no module can forget it."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._callers: dict[tuple[str, str], Callable[..., Any]] = {}

    def asked(self, actor: Actor | None) -> list[str]:
        """The modules a call reaches: the core and those switched on in the actor's body."""
        return [
            name for name in self.registry.manifests if name == "core" or (actor is not None and name in actor.modules)
        ]

    async def gather(self, hook: str, actor: Actor, **arguments: Any) -> list[tuple[str, Any]]:
        """(module, answer) of an awaited hook, one after the other on the request's connection; failures are left out.

        Each call has a savepoint of its own: SQL that fails takes only its module's answer away.
        """
        answers = []
        for name in self.asked(actor):
            try:
                awaited: Awaitable[Any] | None = self._call(name, hook, actor=actor, **arguments)
                if awaited is None:
                    continue
                async with current_transaction().point():
                    answer = checked(hook, await awaited)
            except DatabaseGone:
                raise
            except Exception:
                log.exception("hook failed", hook=hook, module=name)
                continue
            if answer is not None:
                answers.append((name, answer))
        return answers

    async def demand(self, hook: str, module: str, **arguments: Any) -> Any:
        """One module's answer to an awaited hook; its failure is the caller's."""
        awaited = self._call(module, hook, **arguments)
        return await awaited if awaited is not None else None

    def demand_now(self, hook: str, module: str, **arguments: Any) -> Any:
        """One module's answer to a hook that does not wait; its failure is the caller's."""
        return self._call(module, hook, **arguments)

    def _call(self, module: str, hook: str, **arguments: Any) -> Any:
        caller = self._callers.get((module, hook))
        if caller is None:
            others = [plugin for name, plugin in self.registry.plugins.items() if name != module]
            caller = self._callers[module, hook] = self.registry.manager.subset_hook_caller(hook, others)
        answers = caller(**arguments)
        return answers[0] if answers else None
