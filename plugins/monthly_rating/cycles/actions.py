"""Opening a period of a cell, and who is rated in it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from monthly_rating.common.judging import judges_at
from monthly_rating.common.settings import settings_of
from monthly_rating.config import RatingSettings
from monthly_rating.cycles.forms import CycleOpening, Excuse
from monthly_rating.cycles.queries import cycle_head, members_of, membership, must_be_open
from monthly_rating.permissions import Permission
from monthly_rating.rules.own_case import reason_kept
from monthly_rating.rules.periods import Period, deadlines, period_after, period_containing, period_name
from monthly_rating.rules.states import CYCLE
from monthly_rating.schemes.queries import scheme_for
from monthly_rating.tables import AssignmentNotice, Cycle, CycleMember, CycleStep
from plugin_api.actor import Actor
from plugin_api.clock import today
from plugin_api.errors import Invalid, Refused
from plugin_api.i18n import gettext as _
from plugin_api.names import search_fold
from plugin_api.ports import Unit, ports
from tenancy.query import value

OLDEST_DAYS = 731


async def open_cycle(actor: Actor, data: CycleOpening) -> dict[str, Any]:
    """Open the period that a day lies in: its members of today, its scheme, its deadlines, an empty notice.

    Raises Refused when it is already open, too far away, or nobody belongs to the cell.
    """
    actor.must(Permission.CYCLE_OPEN, data.unit_id)
    settings = settings_of(actor)
    unit = await ports().people.unit(data.unit_id)
    if unit.kind != "cell":
        raise Invalid({"unit_id": _("Chi bộ: kỳ đánh giá chỉ mở cho chi bộ, không mở cho phòng.")})
    period = period_containing(data.on, settings.cycle)
    _must_be_near(period, settings)
    await _must_be_free(unit, period)
    scheme = await scheme_for(period.start)
    due = deadlines(period, settings)
    cycle_id = await Cycle.create(
        unit_id=unit.id,
        year=period.year,
        period_start=period.start,
        period_end=period.end,
        label=period.label,
        scheme_id=scheme.scheme_id,
        notice_due=due.notice,
        assessment_due=due.assessment,
        decision_due=due.decision,
        search=search_fold(f"{period.label} {unit.name}"),
    )
    await _add_members(cycle_id, unit.id, period)
    await AssignmentNotice.create(
        cycle_id=cycle_id,
        unit_id=unit.id,
        edition=1,
        year=period.year,
        sign=settings.notice_sign,
        preamble=_preamble(unit, period),
        guidance=_guidance(),
    )
    await CycleStep.add(actor, cycle_id, "open")
    return {"cycle_id": cycle_id}


async def renew_members(actor: Actor, cycle_id: UUID) -> dict[str, Any]:
    """Take in who joined the cell since the period was opened; nobody is taken out."""
    head = await cycle_head(actor, cycle_id, "SHARE")
    actor.must(Permission.CYCLE_OPEN, head.unit_id)
    if head.state != "planning":
        CYCLE.must_be_in(head.state, "running")
    await _add_members(cycle_id, head.unit_id, Period(head.period_start, head.period_end, "", head.year))
    return {"cycle_id": cycle_id}


async def excuse(actor: Actor, cycle_id: UUID, person_id: UUID, data: Excuse) -> dict[str, Any]:
    """Note that a person is not rated this time, with the reason; an empty reason takes the person back in.

    A class decided before counts again only when the person is taken back. Nobody decides while this is written: the
    cycle is locked for update. Raises Refused once the results are known.
    """
    head = await cycle_head(actor, cycle_id, "UPDATE")
    actor.must(Permission.ASSESSMENT_WAIVE, head.unit_id)
    must_be_open(head)
    own_reason = reason_kept((await judges_at(actor, head.unit_id)).on_waiver(person_id), data.own_case_reason)
    member = await membership(cycle_id, person_id)
    reason = data.reason.strip()
    if reason and len(reason) < 3:
        raise Invalid({"reason": _("Lý do không xếp loại: hãy ghi rõ hơn.")})
    await CycleMember.change(
        member["id"],
        member["version"],
        {CycleMember.excused_reason: reason, CycleMember.own_case_reason: own_reason},
    )
    return {"cycle_id": cycle_id}


async def _add_members(cycle_id: UUID, unit_id: UUID, period: Period) -> None:
    known = await members_of(cycle_id)
    day = min(max(today(), period.start), period.end)
    present = await ports().people.members(unit_id, day)
    if not present and not known:
        raise Refused(
            _(
                "Chi bộ này chưa có ai vào ngày %(day)s. Người quản trị hãy ghi chức vụ trong chi bộ cho từng "
                "người trước.",
                day=f"{day:%d/%m/%Y}",
            )
        )
    await CycleMember.create_all(
        [
            CycleMember(
                cycle_id=cycle_id, person_id=one.person_id, unit_position=one.unit_position, departments=one.departments
            )
            for one in {one.person_id: one for one in reversed(present)}.values()
            if one.person_id not in known
        ]
    )


def _must_be_near(period: Period, settings: RatingSettings) -> None:
    current = period_containing(today(), settings.cycle)
    if period.start > period_after(current, settings.cycle).start:
        raise Refused(_("Chỉ mở được kỳ hiện tại, kỳ ngay sau đó và các kỳ đã qua. Hãy chọn ngày gần hơn."))
    if period.end < today() - timedelta(days=OLDEST_DAYS):
        raise Refused(_("Kỳ này đã qua hơn hai năm, không mở được nữa."))


async def _must_be_free(unit: Unit, period: Period) -> None:
    taken: date | None = await value(
        """SELECT period_start FROM monthly_rating_cycle WHERE tenant_id = $1 AND unit_id = $2
                                        AND period_start <= $4 AND period_end >= $3 LIMIT 1""",
        unit.id,
        period.start,
        period.end,
    )
    if taken is not None:
        raise Refused(
            _(
                "%(unit)s đã mở kỳ trùng với %(label)s. Hãy mở kỳ đó từ danh sách.",
                unit=unit.name,
                label=period_name(period.start, period.end),
            )
        )


def _preamble(unit: Unit, period: Period) -> str:
    return (
        f"Căn cứ kế hoạch thực hiện nhiệm vụ năm {period.year} của từng đảng viên đã được cấp ủy và lãnh "
        f"đạo đơn vị xem xét, "
        f"{unit.committee_name or unit.name} thông báo phân công nhiệm vụ {period.label[0].lower()}{period.label[1:]} "
        "đối với từng đảng viên như sau:"
    )


def _guidance() -> str:
    return (
        "Từng đồng chí chủ động thực hiện, báo cáo ngay khi có khó khăn, vướng mắc.\n"
        "Kết quả thực hiện là căn cứ để tự đánh giá, góp ý và xếp loại tại cuộc họp của chi bộ."
    )
