"""The runbook's own commands: what was backed up comes back, row for row, policy for policy, with every chain whole."""

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from platform_core.embedded import binaries
from platform_core.operations.doctor import examine
from platform_core.provisioning import instance
from platform_core.settings import InstanceSettings

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = (ROOT / "deploy" / "runbook.md").read_text(encoding="utf-8")
RESTORED = "thidua_restored"
TABLES = """
SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('app', 'auth', 'audit', 'sec') AND c.relkind = 'r' ORDER BY 1
"""
POLICIES = """
SELECT polrelid::regclass::text, polname::text, polcmd::text, polroles::regrole[]::text, pg_get_expr(polqual, polrelid),
  pg_get_expr(polwithcheck, polrelid) FROM pg_policy ORDER BY 1, 2
"""
GRANTS = """
SELECT c.oid::regclass::text, c.relacl::text, c.relowner::regrole::text FROM pg_class c
WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('app', 'auth', 'audit', 'sec')) ORDER BY 1
"""


def block(title: str) -> str:
    """The shell block under a heading of the runbook."""
    found = re.search(rf"^## {title}$.*?^```sh\n(.*?)^```$", RUNBOOK, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def shell(script: str, folder: Path, postgres: Any) -> None:
    """Run a block as the runbook's reader would, beside the dump, as a superuser of the server."""
    address = dict(pair.split("=") for pair in postgres.dsn("x", "x").partition("?")[2].split("&"))
    programs = os.environ.get(binaries.OVERRIDE) or binaries._folder_of_the_wheel()
    settings = os.environ | {"PGHOST": address["host"], "PGPORT": address["port"], "PGUSER": postgres.superuser,
                             "PATH": f"{programs}:{os.environ['PATH']}"}
    script = script.replace("deploy/", f"{ROOT}/deploy/")
    done = subprocess.run(["bash", "-euc", script], cwd=folder, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


async def answers(dsn: str, *questions: str) -> list[list[asyncpg.Record]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [await connection.fetch(question) for question in questions]
    finally:
        await connection.close()


async def content(dsn: str) -> dict[str, list[asyncpg.Record]]:
    """Table → how many rows, and a hash over all of them."""
    [tables] = await answers(dsn, TABLES)
    names = [line["name"] for line in tables]
    hashes = [f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t" for name in names]
    return dict(zip(names, await answers(dsn, *hashes), strict=True))


@pytest.fixture(scope="module")
def restored(postgres, template, tmp_path_factory) -> Iterator[str]:
    """The instance of the test server, backed up and restored beside itself."""
    folder = tmp_path_factory.mktemp("backup")
    shell(block("Back up"), folder, postgres)
    shell(block("Restore"), folder, postgres)
    yield RESTORED
    shell(f"dropdb --force {RESTORED}", folder, postgres)


def test_every_row_policy_and_grant_comes_back(postgres, restored):
    source, copy = (postgres.dsn(postgres.superuser, name) for name in (instance.DATABASE, restored))
    before = asyncio.run(answers(source, POLICIES, GRANTS))
    assert asyncio.run(answers(copy, POLICIES, GRANTS)) == before
    assert all(len(lines) > 50 for lines in before)
    rows = asyncio.run(content(source))
    assert asyncio.run(content(copy)) == rows
    assert rows["app.person"][0]["count"] > 10


def test_the_doctor_finds_the_restored_instance_well(postgres, restored):
    settings = InstanceSettings(data=postgres.folder, database_url=postgres.dsn("app_rt", restored),
                                owner_url=postgres.dsn("app_owner", restored))
    assert [verdict for verdict in asyncio.run(examine(settings)) if not verdict.well] == []


def test_an_altered_row_of_the_trail_is_found_after_restoring(postgres, restored):
    superuser = postgres.dsn(postgres.superuser, restored)
    asyncio.run(answers(superuser, "UPDATE audit.log SET operation = 'DELETE' WHERE (tenant_id, seq) = "
                                   "(SELECT tenant_id, max(seq) FROM audit.log GROUP BY tenant_id LIMIT 1)"))
    settings = InstanceSettings(data=postgres.folder, database_url=postgres.dsn("app_rt", restored),
                                owner_url=postgres.dsn("app_owner", restored))
    ill = [verdict.check for verdict in asyncio.run(examine(settings)) if not verdict.well]
    assert ill == ["trails are whole"]
