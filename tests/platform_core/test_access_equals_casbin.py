"""The look-up on the hot path equals casbin's `enforce()` on every question that can be asked."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_core.access.compiled import BODY, Line, body_lines, enforcer_of, role_policy
from plugin_api.actor import WHOLE_BODY, Actor, Body, Held, Scope, in_scope
from tenancy.query import value

ROLES = ("member", "clerk", "chair", "leader", "admin")
PERMISSIONS = ("a.read", "a.write", "b.read", "b.decide")
UNITS = (UUID(int=1), UUID(int=2))
ELSEWHERE = UUID(int=3)
"""A unit that nobody holds a role in."""
NOWHERE = Body(UUID(int=9), "x", "X", "X", "district", "X", False)

grants = st.sets(st.tuples(st.sampled_from(ROLES), st.sampled_from(PERMISSIONS)), max_size=12)
rules = st.dictionaries(
    st.tuples(st.sampled_from(ROLES), st.sampled_from(PERMISSIONS)), st.sampled_from(("allow", "deny")), max_size=8
)
assignments = st.lists(
    st.tuples(st.sampled_from((*ROLES, "a role nobody grants anything")), st.sampled_from((None, *UNITS))), max_size=4
)


def policy_lines(granted: set[tuple[str, str]], own: dict[tuple[str, str], str]) -> tuple[Line, ...]:
    """The templates with a body's own rules over them."""
    templates = [(role, permission, "allow") for role, permission in granted]
    return body_lines(templates, [(role, permission, effect) for (role, permission), effect in own.items()])


def actor_with(lines: tuple[Line, ...], held: list[tuple[str, UUID | None]]) -> Actor:
    """Somebody with these assignments, as the request middleware makes him."""
    policy = role_policy(lines)
    return Actor(UUID(int=7), UUID(int=8), "Ai Đó", NOWHERE, tuple(policy.held(role, unit) for role, unit in held))


def differences(actor: Actor, lines: tuple[Line, ...], held: list[tuple[str, UUID | None]]) -> list[str]:
    """Questions that the actor and casbin answer differently, in the whole body and in each unit."""
    found = []
    for unit in (None, *UNITS):
        counting = [role for role, where in held if unit is None or where is None or where == unit]
        enforcer = enforcer_of(lines, {"somebody": counting})
        found += [
            f"{permission} in {unit}"
            for permission in PERMISSIONS
            if actor.may(permission, unit) != enforcer.enforce("somebody", BODY, permission)
        ]
    return found


@settings(max_examples=80, deadline=None)
@given(grants, rules, assignments)
def test_every_question_is_answered_as_casbin_answers_it(
    granted: set[tuple[str, str]], own: dict[tuple[str, str], str], held: list[tuple[str, UUID | None]]
) -> None:
    lines = policy_lines(granted, own)
    assert differences(actor_with(lines, held), lines, held) == []


@settings(max_examples=40, deadline=None)
@given(grants, rules, assignments)
def test_the_units_where_something_is_allowed_are_those_where_the_question_is_answered_yes(
    granted: set[tuple[str, str]], own: dict[tuple[str, str], str], held: list[tuple[str, UUID | None]]
) -> None:
    actor = actor_with(policy_lines(granted, own), held)
    for permission in PERMISSIONS:
        scope = actor.scope(permission)
        for unit in (*UNITS, ELSEWHERE):
            assert (unit in scope) == actor.may(permission, unit), (permission, unit)
        assert scope.whole == all(actor.may(permission, unit) for unit in (None, *UNITS, ELSEWHERE)), permission


def test_a_forgotten_deny_is_noticed() -> None:
    """Negative control: an actor whose denials were dropped answers differently from casbin."""
    lines: tuple[Line, ...] = (("clerk", "a.read", "deny"), ("member", "a.read", "allow"))
    held: list[tuple[str, UUID | None]] = [("member", None), ("clerk", None)]
    honest = actor_with(lines, held)
    assert differences(honest, lines, held) == []
    careless = Actor(
        UUID(int=7), UUID(int=8), "Ai Đó", NOWHERE, tuple(Held(one.unit_id, one.allowed) for one in honest.held)
    )
    assert differences(careless, lines, held) == [f"a.read in {unit}" for unit in (None, *UNITS)]


def test_a_role_nobody_grants_anything_gives_nothing() -> None:
    actor = actor_with((("member", "a.read", "allow"),), [("stranger", None)])
    assert not any(actor.may(permission) for permission in PERMISSIONS)


def test_a_deny_in_one_unit_leaves_the_others() -> None:
    lines: tuple[Line, ...] = (("clerk", "a.read", "deny"), ("member", "a.read", "allow"))
    scope = actor_with(lines, [("member", None), ("clerk", UNITS[0])]).scope("a.read")
    assert [unit in scope for unit in (*UNITS, ELSEWHERE)] == [False, True, True]
    assert not scope.whole and bool(scope)
    assert scope | Scope(False, frozenset(UNITS)) == WHOLE_BODY, "together with somewhere else it is everywhere"


@pytest.mark.anyio
async def test_sql_asks_for_the_same_units(tenants) -> None:
    """Each form of a scope, as the filter of a statement."""
    forms = [(), (UNITS[0],), UNITS]
    async with tenants.inside("kien-luong"):
        for scope in (Scope(everywhere, frozenset(units)) for everywhere in (True, False) for units in forms):
            for unit in (*UNITS, ELSEWHERE):
                asked = f"SELECT {in_scope('$2::uuid', '$3')} FROM person WHERE tenant_id = $1 LIMIT 1"
                assert await value(asked, unit, scope.parameter) == (unit in scope), (scope, unit)
