"""The result of a period on the screen, as a sheet and as a paper."""

from uuid import UUID

from msgspec import structs

from monthly_rating.common.access import sees_all
from monthly_rating.common.forms import PaperQuery
from monthly_rating.cycles.queries import cycle_head
from monthly_rating.grades.papers import own_copy, published_table, result_table
from monthly_rating.grades.queries import Result, result_of
from monthly_rating.grades.rows import with_own_case
from plugin_api.actor import Actor
from plugin_api.errors import Refused
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.papers import Printout, Sheet, SheetColumn
from plugin_api.ports import ports


class ResultPage(Result, frozen=True):
    """The result table; `published` false only for those who prepare it."""

    may_see_all: bool


async def result_page(actor: Actor, cycle_id: UUID) -> ResultPage:
    """The result table, for the cell once it is published, before that for those who prepare it. Raises Refused."""
    head = await cycle_head(actor, cycle_id)
    all_seen = sees_all(actor, head.unit_id)
    if head.state != "published" and not all_seen:
        raise Refused(_("Kết quả của kỳ này chưa được công bố."))
    found = await result_of(head, actor.person_id, all_seen)
    return ResultPage(**structs.asdict(found), may_see_all=all_seen)


async def result_paper(actor: Actor, cycle_id: UUID, query: PaperQuery) -> Printout:
    """The table as PDF or DOCX: as it was published, or the draft of those who prepare it.

    Who does not oversee the cell gets a copy without the reasons and proposals of others.
    """
    page = await result_page(actor, cycle_id)
    if issued := await published_table(cycle_id):
        printout = await ports().papers.printout(issued.id, query.form)
    else:
        printout = Printout(result_table(actor, page), query.form)
    if page.may_see_all:
        return printout
    return structs.replace(printout, paper=own_copy(printout.paper, actor.person_id))


def result_sheet(found: ResultPage) -> Sheet:
    """The result table to calculate with."""
    columns = (
        SheetColumn(_(mark("Họ và tên"))),
        SheetColumn(_(mark("Chức vụ"))),
        SheetColumn(_(mark("Số nhiệm vụ")), "number", decimals=0),
        SheetColumn(_(mark("Hoàn thành")), "number", decimals=0),
        SheetColumn(_(mark("Trễ hạn")), "number", decimals=0),
        SheetColumn(_(mark("Tự xếp loại"))),
        SheetColumn(_(mark("Xếp loại"))),
        SheetColumn(_(mark("Lý do"))),
    )
    return Sheet(
        title=_("Kết quả xếp loại"),
        summary=f"{found.cycle.unit_name} – {found.cycle.label}",
        columns=columns,
        rows=tuple(
            (
                one.full_name,
                one.unit_position,
                one.tasks,
                one.done,
                one.late,
                one.proposed_level,
                one.level,
                with_own_case(one.excused_reason or one.reason, one),
            )
            for one in found.results
        ),
    )
