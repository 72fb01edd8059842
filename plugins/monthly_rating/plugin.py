"""Xếp loại hằng tháng: year plan, assignment, self-assessment, meeting, class – the module as the host knows it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

from monthly_rating import demo, facts, sample
from monthly_rating.assessments import endpoints as assessments
from monthly_rating.config import RatingSettings, conflicts
from monthly_rating.cycles import endpoints as cycles
from monthly_rating.evidence import endpoints as evidence
from monthly_rating.grades import endpoints as grades
from monthly_rating.meetings import endpoints as meetings
from monthly_rating.meetings import refuse_disable as disabling
from monthly_rating.notices import endpoints as notices
from monthly_rating.overview import dashboard_cards as cards
from monthly_rating.overview import endpoints as overview
from monthly_rating.overview import person_panels as panels
from monthly_rating.overview import search as hits
from monthly_rating.overview import work_items as work
from monthly_rating.permissions import CONDITIONS, GRANTS, GUARDED, TITLES, Permission
from monthly_rating.plans import endpoints as plans
from monthly_rating.records import RECORDS
from monthly_rating.schemes import endpoints as schemes
from monthly_rating.schemes.actions import add_shipped_schemes
from monthly_rating.tasks import endpoints as tasks
from plugin_api.actor import Actor
from plugin_api.clock import today
from plugin_api.facts import Fact
from plugin_api.hookspecs import hookimpl
from plugin_api.i18n import mark as _
from plugin_api.manifest import Manifest, PaperDeclaration
from plugin_api.shell import Card, NavigationItem, PersonPanel, SearchHit, WorkItem

SUBJECTS = (cycles, tasks, evidence, notices, assessments, meetings, grades, plans, overview, schemes)


NAVIGATION = [
    NavigationItem(_("Các kỳ đánh giá"), "monthly_rating.cycles", "calendar", 10),
    NavigationItem(_("Việc và kết quả của tôi"), "monthly_rating.mine", "user", 20),
    NavigationItem(_("Kế hoạch năm"), "monthly_rating.plans", "clipboard-list", 30),
    NavigationItem(_("Bảng xếp loại năm"), "monthly_rating.year", "table", 40),
    NavigationItem(_("Bộ mức xếp loại"), "monthly_rating.schemes", "list-check", 50),
]


@hookimpl
def module_manifest() -> Manifest:
    """What the module declares."""
    return Manifest(
        name="monthly_rating",
        title=_("Xếp loại hằng tháng"),
        summary=_("Kế hoạch năm, thông báo phân công, tự đánh giá, góp ý và xếp loại từng kỳ của chi bộ."),
        version="1",
        contract=1,
        permissions=Permission,
        permission_titles={str(permission): title for permission, title in TITLES.items()},
        grants=GRANTS,
        guarded=GUARDED,
        conditions=CONDITIONS,
        endpoints=[endpoint for subject in SUBJECTS for endpoint in subject.ENDPOINTS],
        navigation=NAVIGATION,
        config=RatingSettings,
        tables="monthly_rating.piccolo_app",
        facts=facts.DECLARED,
        records=RECORDS,
        papers=(
            PaperDeclaration("assignment_notice", _("Thông báo phân công nhiệm vụ"), "party"),
            PaperDeclaration("minutes", _("Biên bản họp đánh giá"), "party"),
            PaperDeclaration("result_table", _("Bảng kết quả xếp loại"), "party"),
        ),
    )


@hookimpl
def validate_config(config: RatingSettings) -> Mapping[str, str]:
    """The meeting is not due before the self-assessments are."""
    return conflicts(config)


@hookimpl
def tenant_enabled(actor: Actor) -> Awaitable[None]:
    """Put the shipped rating schemes in place."""
    return add_shipped_schemes()


@hookimpl
def refuse_disable(actor: Actor) -> Awaitable[str | None]:
    """Not in the middle of a meeting."""
    return disabling.refuse_disable()


@hookimpl
def work_items(actor: Actor, today: date) -> Awaitable[Sequence[WorkItem]]:
    """What the person has to do next in this module."""
    return work.work_items(actor, today)


@hookimpl
def dashboard_cards(actor: Actor, today: date) -> Awaitable[Sequence[Card]]:
    """The own year at a glance."""
    return cards.dashboard_cards(actor, today)


@hookimpl
def person_panels(actor: Actor, person_id: UUID) -> Awaitable[Sequence[PersonPanel]]:
    """The published classes of this year."""
    return panels.person_panels(actor, person_id)


@hookimpl
def search(actor: Actor, words: str, most: int) -> Awaitable[Sequence[SearchHit]]:
    """Tasks and plans the person may open."""
    return hits.search(actor, words, most)


@hookimpl
def measure_fact(actor: Actor, name: str, subject_id: UUID, since: date, until: date) -> Awaitable[Fact | None]:
    """The declared facts."""
    return facts.measure(actor, name, subject_id, since, until)


@hookimpl
def sample_rows(actor: Actor, people: Sequence[UUID], unit_id: UUID) -> Awaitable[Mapping[str, UUID]]:
    """A row in every table, for the conformance kit."""
    return sample.sample_rows(actor, people, unit_id)


@hookimpl
def live_demo_year(actor: Actor, act_as: Callable[[UUID], Awaitable[Actor]], unit_id: UUID) -> Awaitable[int]:
    """A year of an invented cell."""
    return demo.fill(act_as, unit_id, today())
