"""Kinds of bodies are the same in the blueprints, in the tables, in the roles and in the order of lists."""

import asyncio
import re
from typing import get_args

import asyncpg

from platform_core.access.roles import EVERYWHERE
from tenancy import lifecycle
from tenancy.blueprints import model
from tenancy.engine import SEARCH_PATH

KINDS = set(get_args(model.BodyKind))


async def allowed(dsn: str, table: str) -> set[str]:
    """The kinds that a table's own rule lets in."""
    connection = await asyncpg.connect(dsn, server_settings=SEARCH_PATH)
    try:
        rule = await connection.fetchval(
            """SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint
               WHERE conrelid = $1::regclass AND contype = 'c' AND pg_get_constraintdef(oid) ~ 'kind'""", table)
    finally:
        await connection.close()
    return set(re.findall(r"'(\w+)'::text", rule))


def test_the_table_of_bodies_lets_in_what_a_blueprint_may_say(database):
    assert asyncio.run(allowed(database.dsn("app_owner"), "app.tenant")) == KINDS


def test_the_table_of_units_lets_in_what_a_blueprint_may_say(database):
    assert asyncio.run(allowed(database.dsn("app_owner"), "app.unit")) == set(get_args(model.UnitKind))


def test_roles_are_for_bodies_there_can_be():
    assert set(EVERYWHERE) == KINDS


def test_lists_know_where_each_kind_stands():
    assert set(re.findall(r"'(\w+)'", lifecycle.DIRECTORY)) == KINDS
