"""What the matrix says of deciding about people is what happens when they try, whatever the body has set."""

from dataclasses import replace
from datetime import date

import pytest

from monthly_rating import plugin
from monthly_rating.grades import actions as grade_actions
from monthly_rating.grades.forms import Decision
from monthly_rating.permissions import Permission
from platform_core.access.bodies import policy_here
from platform_core.access.matrix import cell_of
from plugin_api.clock import on_day
from plugin_api.config import Patch
from plugin_api.errors import Forbidden

pytestmark = pytest.mark.anyio
MEETING = date(2026, 4, 3)
STANDS_IN, NOT_OWN = "chỉ thay", "trừ việc của chính mình"


async def decides(actor, cycle_id, person_id) -> bool:
    """Whether the class is decided, not refused."""
    with on_day(MEETING):
        try:
            await grade_actions.decide_grade(actor, cycle_id, person_id, Decision("A", "Xong việc"))
        except Forbidden:
            return False
    return True


@pytest.mark.parametrize("decided_by", ["chair", "leader"])
@pytest.mark.parametrize("role", ["member", "clerk", "chair", "leader", "admin"])
async def test_whom_the_matrix_lets_decide_decides_and_nobody_else(cell, role, decided_by):
    await cell.commented()
    policy = await policy_here()
    person = {"chair": cell.chair, "leader": cell.leader, "admin": cell.admin, "clerk": cell.clerk}.get(
        role, cell.colleague
    )
    unit_id = None if role in ("leader", "admin") else cell.unit_id
    patch = Patch(person.body.tenant_id, "monthly_rating", {"decided_by": decided_by})
    only = replace(person, held=(policy.held(role, unit_id),), patches=(patch,), _resolved={})
    shown = cell_of(only, plugin.module_manifest(), policy, role, Permission.GRADE_DECIDE)
    usual = shown.state != "" and not any(STANDS_IN in words for words in shown.words)
    assert await decides(only, cell.cycle_id, cell.member.person_id) == usual == (role == decided_by)
    assert shown.state == "" or any(NOT_OWN in words for words in shown.words)
    if role != "admin":
        assert not await decides(only, cell.cycle_id, only.person_id)
    if role == "leader" and not usual:
        assert await decides(only, cell.cycle_id, cell.chair.person_id), "for the chair the leader stands in"


async def test_the_setting_is_named_in_the_words_of_its_screen(cell):
    policy = await policy_here()
    manifest = plugin.module_manifest()
    shown = cell_of(cell.admin, manifest, policy, "leader", Permission.GRADE_DECIDE)
    assert any("thiết lập “Người quyết định mức xếp loại”" in words for words in shown.words)
    set_free = replace(
        cell.admin,
        patches=(Patch(cell.admin.body.tenant_id, "monthly_rating", {"own_case_allowed": True}),),
        _resolved={},
    )
    freed = cell_of(set_free, manifest, policy, "chair", Permission.PLAN_REVIEW)
    assert "kèm lý do" in freed.words[0]
