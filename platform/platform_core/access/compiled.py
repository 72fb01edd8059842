"""Casbin decides, once per body and policy version; requests look the answer up in frozen sets.

Casbin walks every policy line at every question. So each role is asked once about each permission that a line names for
it, and the answers are kept. `tests/platform_core/test_access_equals_casbin.py` proves the look-up equal to `enforce()`
on every question.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from uuid import UUID

import casbin

from plugin_api.actor import Held
from plugin_api.manifest import Manifest

MODEL = """
[request_definition]
r = sub, dom, obj
[policy_definition]
p = sub, dom, obj, eft
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.obj == p.obj
"""
BODY = "body"

Line = tuple[str, str, str]
"""(role, permission, "allow" | "deny")"""


class RolePolicy:
    """What every role of one body may do: `allowed[role]`, `denied[role]`."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        enforcer = enforcer_of(lines)
        roles, asked = {role for role, _, _ in lines}, {(role, permission) for role, permission, _ in lines}
        given = {(role, permission) for role, permission in asked if enforcer.enforce(role, BODY, permission)}
        self.allowed = {role: frozenset(p for r, p in given if r == role) for role in roles}
        self.denied = {role: frozenset(p for r, p, effect in lines if r == role and effect == "deny") for role in roles}

    def held(self, role: str, unit_id: UUID | None) -> Held:
        """What one assignment of `role` gives; a role nobody grants anything gives nothing."""
        return Held(unit_id, self.allowed.get(role, frozenset()), self.denied.get(role, frozenset()))

    def together(self, roles: Iterable[str]) -> frozenset[str]:
        """What somebody who holds all of these roles in one place may do there: a deny of one wins."""
        held = [self.held(role, None) for role in roles]
        none: frozenset[str] = frozenset()
        return none.union(*(one.allowed for one in held)) - none.union(*(one.denied for one in held))


def enforcer_of(lines: Iterable[Line], people: Mapping[str, Iterable[str]] | None = None) -> casbin.Enforcer:
    """A casbin enforcer over policy lines; `people` maps a person to roles (for the proof of equality)."""
    model = casbin.Model()
    model.load_model_from_text(MODEL)
    enforcer = casbin.Enforcer(model)
    enforcer.add_policies([[role, BODY, permission, effect] for role, permission, effect in lines])
    for person, roles in (people or {}).items():
        enforcer.add_grouping_policies([[person, role, BODY] for role in roles])
    return enforcer


def template_lines(manifests: Iterable[Manifest]) -> list[Line]:
    """The grants of all modules as policy lines."""
    return sorted(
        (role, str(permission), "allow")
        for manifest in manifests
        for role, granted in manifest.grants.items()
        for permission in granted
    )


def body_lines(templates: Iterable[Line], rules: Iterable[Line]) -> tuple[Line, ...]:
    """The templates with a body's own rules over them: one line of the body replaces the template's for that pair."""
    merged = {(role, permission): effect for role, permission, effect in templates}
    merged |= {(role, permission): effect for role, permission, effect in rules}
    return tuple(sorted((role, permission, effect) for (role, permission), effect in merged.items()))


@lru_cache(maxsize=4096)
def role_policy(lines: tuple[Line, ...]) -> RolePolicy:
    """The compiled policy for these lines; bodies with the same rules share it."""
    return RolePolicy(lines)
