"""Where a body has nobody else to confirm a role, the operator of the instance is the second person."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from asking import REASON, ask, held_by, waiting

from plugin_api.ports import ports

pytestmark = pytest.mark.anyio
THIDUA = Path(sys.executable).with_name("thidua")


@pytest.fixture
def call(database, postgres):
    """Runs `thidua` on this file's database, as the operator does."""
    key = (postgres.folder / "instance.key").read_text().strip()
    environment = os.environ | {"DATABASE_URL": database.dsn(), "THIDUA_KEY": key}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([THIDUA, *words], env=environment, capture_output=True, text=True, timeout=60)

    return run


async def test_a_body_with_one_administrator_has_the_operator_confirm(site, said, call):
    slug = "giang-thanh"
    admin, leader = await site.sign_in("y.lc", slug), await site.sign_in("an.pv", slug)
    page, one, two = [await admin.page_of(words) for words in ("chau van day", "gt-01", "to ngoc ai")]
    for leading in (one, two):
        held = next(role for role in await admin.roles_of(leading) if role["role"] == "leader")
        taken = await admin.presses(f"{leading}/roles/{held['id']}/withdraw", version=held["version"])
        assert taken.status_code == 303
    assert (await leader.presses(f"{page}/roles", role="officer", since=str(ports().today()))).status_code == 403
    assert (await ask(admin, page, "leader")).status_code == 200
    command = (await waiting(admin, page))["command"]
    assert command == 'thidua roles confirm giang-thanh day.cv leader --reason "…"'
    assert command in said(await admin.opens(page)) and "người vận hành" in said(await admin.opens("/people"))
    listed = json.loads(call("roles", "list", slug, "--json").stdout)
    assert [(line["login"], line["role"], line["confirmers"]) for line in listed if line["role"] == "leader"] == [
        ("day.cv", "leader", [])
    ]
    words = command.replace('"…"', "").split()[1:]
    for reason in ("", "ngắn", "    \n    \n    "):
        short = call(*words, reason)
        assert short.returncode == 1 and "Lý do" in short.stderr
    assert call(*words[:-1]).returncode == 2, "without a reason"
    assert call("roles", "confirm", slug, "day.cv", "admin", "--reason", REASON).returncode == 1
    assert "leader" not in await held_by(admin, page)
    done = call(*words, REASON)
    assert done.returncode == 0, done.stderr
    assert "leader" in await held_by(admin, page)
    assert call(*words, REASON).returncode == 1, "once"
    new = await site.sign_in("day.cv", slug)
    told = (await new.asks(""))["new_roles"][0]
    assert (told["name"], told["asked_by"], told["confirmed_by"], told["reason"]) == (
        "Châu Văn Đầy", "Lưu Công Ý", "", REASON)  # fmt: skip
    assert "xác nhận: Người vận hành" in said(await new.opens())
    trail = next(line for line in (await admin.asks("/trail", table="role_request"))["lines"])
    assert trail["who"] == "Hệ thống" and REASON in [change["after"] for change in trail["changes"]]


async def test_the_operator_refuses_and_gives_what_nobody_in_the_body_can_ask_for(site, call):
    slug = "giang-thanh"
    admin = await site.sign_in("y.lc", slug)
    own, page = await admin.page_of("luu cong y"), await admin.page_of("to ngoc ai")
    assert (await ask(admin, page, "clerk", "chi-bo")).status_code == 200
    assert call("roles", "refuse", slug, "ai.tn", "clerk", "--unit", "chi-bo", "--reason", REASON).returncode == 0
    assert (await admin.asks(page))["requests"][-1]["reason"] == REASON
    given = call("roles", "give", slug, "y.lc", "member", "--unit", "chi-bo", "--reason", REASON)
    assert given.returncode == 0, given.stderr
    assert await held_by(admin, own) == {"admin", "member"}
    assert call("roles", "give", slug, "nobody.here", "member", "--unit", "chi-bo", "--reason", REASON).returncode == 1
    assert call("roles", "list", "khong-co").returncode == 1
