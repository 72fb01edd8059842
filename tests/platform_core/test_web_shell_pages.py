"""What the templates of the shell are shown with: contexts an official would recognise, one per situation."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from settings_samples import SETTINGS_PAGES

from platform_core.access.matrix import Matrix, MatrixCell, MatrixGroup, MatrixLine, MatrixRole
from platform_core.accounts.devices import device_of
from platform_core.accounts.opened import BodyLink
from platform_core.accounts.sessions import OpenSession
from platform_core.audit.trail import Trail, TrailLine, TrailQuery
from platform_core.audit.wording import Change
from platform_core.dashboard.service import Dashboard, Waiting
from platform_core.drafts.service import Draft, Drafts
from platform_core.facts.service import FactLine, FactList, MeasuredFact
from platform_core.people.listing import PeopleList, PeopleQuery, PersonLine
from platform_core.people.role_lists import NewRoleLine, RequestLine
from platform_core.people.view import AppointmentLine, PersonView, RoleLine
from platform_core.plugin_settings.modules import ModuleLine, ModuleList
from platform_core.search.service import ModuleHits, PersonHit, SearchResults
from platform_core.web.kept_form import KeptForm
from platform_core.web.sent_form import NewerVersion, SentForm
from plugin_api.facts import Fact
from plugin_api.listing import PageInfo
from plugin_api.shell import Card, PersonPanel, SearchHit

TEMPLATES = Path(__file__).parents[2] / "platform/platform_core/web/templates"
LAYOUTS = {"base.html", "layout.html", "blank.html", "macros.html"}


def shown(found: Struct, query: Struct | None = None) -> dict[str, Any]:
    """The context a page gets of what was loaded: its fields by name, itself and the query."""
    return {name: getattr(found, name) for name in found.__struct_fields__} | {
        "view": found,
        "query": query,
        "here": {},
    }


def people_page(people: list[PersonLine], narrowed: bool = True) -> dict[str, Any]:
    """A list context with the given rows, found by words and filters or not."""
    units = [("p1", "Phòng 1"), ("chi-bo", "Chi bộ")]
    asked = [ASKED, ALONE] if people else []
    page = PageInfo(2, 7, 320, 51, 100, "name") if people else PageInfo(1, 1, 0, 0, 0, "name")
    found = PeopleList(people, units, page, may_add=True, requests=asked)
    asked_for = PeopleQuery(q="anh", sort="name", page=2, unit="p1", state="all")
    return shown(found, asked_for if narrowed else PeopleQuery())


def waiting(title: str, deadline: date | None = None, overdue: bool = False, note: str = "") -> Waiting:
    """One thing that waits for the person."""
    return Waiting(title, note, "/w", deadline, overdue, "Đánh giá hằng tháng")


BODIES = [BodyLink("kien-luong", "VKSND huyện Kiên Lương"), BodyLink("cum-11", "Cụm thi đua số 11")]
PEOPLE = [
    PersonLine(
        UUID(int=n), f"KL{n:02}", name, "Kiểm sát viên sơ cấp", "Phòng 1, Chi bộ", ["Đảng viên"], date(2026, 1, n)
    )
    if n % 2
    else PersonLine(UUID(int=n), f"KL{n:02}", name, "", "", [], None)
    for n, name in enumerate(["Nguyễn Thị Ánh", "Lê Văn Đức", "Phạm Hạnh", "Võ Thị Ổn", "Đặng Văn Ước"], start=1)
]
APPOINTMENTS = [
    AppointmentLine(
        UUID(int=1), "department", "Lãnh đạo Viện", "Viện trưởng", date(2018, 1, 1), date(2026, 12, 31), 1, False
    ),
    AppointmentLine(UUID(int=2), "cell", "Chi bộ", "Bí thư", date(2015, 5, 1), date(2025, 5, 1), 2, True),
    AppointmentLine(UUID(int=3), "cell", "Chi bộ", "Chi ủy viên", date(2026, 3, 2), date(2026, 3, 1), 2, True),
]
HELD = [
    RoleLine(UUID(int=4), "chair", "Cấp ủy", "Chi bộ", date(2018, 1, 1), None, 1, False),
    RoleLine(UUID(int=5), "member", "Đảng viên", "", date(2015, 1, 1), date(2026, 1, 1), 2, True),
]
ASKED = RequestLine(
    UUID(int=6),
    UUID(int=9),
    "Nguyễn Thị Ánh",
    "anh.nt",
    "chair",
    "Cấp ủy, người chủ trì",
    "Chi bộ",
    "chi-bo",
    date(2026, 3, 2),
    "Trần Ổn",
    datetime(2026, 3, 2, 7, 30, tzinfo=UTC),
    "requested",
    "Chờ xác nhận",
    "",
    "",
    1,
    False,
    "",
    ["Lê Văn Đức"],
    "",
)
REFUSED = replace(ASKED, state="refused", state_title="Đã từ chối", decided_by="Lê Văn Đức", reason="Đã có người khác")
ALONE = replace(
    ASKED,
    mine=True,
    why_not="Đồng chí đã đề nghị vai trò này; người thứ hai mới xác nhận được.",
    confirmers=[],
    command='thidua roles confirm kien-luong anh.nt chair --unit chi-bo --reason "…"',
)
PERSON = PersonView(
    UUID(int=9),
    "KL01",
    "Nguyễn Thị Ánh",
    "Viện trưởng",
    "",
    "anh.nt",
    None,
    3,
    APPOINTMENTS,
    HELD,
    [("clerk", "Thư ký"), ("admin", "Người quản trị")],
    ["Thư ký"],
    [("p1", "Phòng 1")],
    [PersonPanel("Đánh giá hằng tháng", [("Tháng 2/2026", "A"), ("Tháng 1/2026", "B")], "/m")],
    True,
    True,
    date(2026, 3, 2),
    ["Cấp ủy, người chủ trì"],
    [ASKED, replace(ALONE, id=UUID(int=7)), REFUSED],
)
LEFT = replace(
    PERSON,
    left_on=date(2026, 1, 31),
    login="",
    appointments=[],
    roles=[],
    panels=[],
    requests=[],
    may_change=False,
    may_give_roles=False,
)
MODULES = [
    ModuleLine(
        "monthly_rating",
        "Đánh giá hằng tháng",
        "Kế hoạch năm, phân công, tự đánh giá, góp ý và xếp loại A, B, C.",
        True,
        2,
        "",
    ),
    ModuleLine(
        "emulation_covenants",
        "Giao ước thi đua",
        "Giao ước của cụm, tự chấm điểm, chấm chéo.",
        True,
        1,
        "Giao ước năm 2026 đang lấy chữ ký: hãy ký xong hoặc hủy giao ước trước.",
    ),
    ModuleLine("supervision_plans", "Giám sát đảng viên", "Kế hoạch giám sát theo quý của chi bộ.", False, 0, ""),
]
SIGNED_IN_AT = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
SESSIONS = [
    OpenSession(SIGNED_IN_AT, SIGNED_IN_AT, "113.160.1.2", "Mozilla/5.0 (iPhone) Version/17 Safari/604", False),
    OpenSession(SIGNED_IN_AT, SIGNED_IN_AT, "10.0.0.12", "Mozilla/5.0 (Windows NT 10.0) Chrome/139 Safari/537", True),
]
TRAIL = [
    TrailLine(
        52,
        SIGNED_IN_AT,
        "Trần Ổn",
        "Sửa",
        "Người",
        "Nguyễn Thị Ánh",
        UUID(int=9),
        [Change("Chức danh", "Phó Viện trưởng", "Viện trưởng"), Change("Thư điện tử", "", "anh@example.vn")],
        False,
    ),
    TrailLine(51, SIGNED_IN_AT, "Hệ thống", "Thêm", "Tự đánh giá", "", None, [Change("Tự xếp loại", "", "")], True),
    TrailLine(50, SIGNED_IN_AT, "Hệ thống", "Sửa", "Đánh giá hằng tháng", "", None, [], True),
    TrailLine(49, SIGNED_IN_AT, "Hệ thống", "Sửa", "Người", "Lê Văn Đức", None, [], False),
]
SHARE = Fact(
    "monthly_rating.share_completed",
    UUID(int=1),
    date(2026, 1, 1),
    date(2026, 12, 31),
    Decimal("0.95"),
    "19 trong 20 người hoàn thành.",
    "/m",
    19,
    20,
)
HELD, WHEN = MatrixCell("held"), MatrixCell("conditional", ["trừ việc của chính mình"])
TABLES = [("person", "Người"), ("role_assignment", "Vai trò")]
TYPED = {
    "content": ["Kiểm sát 12 vụ án <b>&"],
    "due": ["mai mốt"],
    "points": ["9,5o"],
    "level": ["b"],
    "kind": ["plan"],
    "helpers": ["1"],
    "urgent": ["1"],
    "title": ['Việc "đặc biệt"'],
    "row": ["7"],
    "version": ["3"],
}
PROBLEMS = {"due": "Hạn phải nằm trong tháng 3 năm 2026.", "": "Tổng điểm phải bằng 100; đang là 98,5."}
SENT = {"form_id": "/a", "page": "/t/kien-luong/home", "data": None, "typed": TYPED}
FORMS: dict[str, dict[str, Any]] = {
    "form_again": {"problems": PROBLEMS},
    "form_again_stale": {
        "problems": {},
        "newer": NewerVersion("Lê Văn Đức", datetime(2026, 3, 2, 8, 5), {"content": "", "version": 4}),
    },
    "form_again_refused": {"problems": {}, "sentence": "Kỳ này đã công bố."},
}
"""name → what is special about the form of `test_web_shell_samples.FORM` that comes back."""
SIGN_IN = {
    "action": "/sign-in",
    "login": "",
    "password": None,
    "error": None,
    "next": "",
    "demo_accounts": None,
    "kept": None,
}
KEPT = KeptForm("/t/kien-luong/a", "/t/kien-luong/b", [("note", "Đã gặp 3 hộ dân,\nxin gia hạn")], ["biên bản.pdf"])
DEMO_ACCOUNTS = [
    {
        "name": "Nguyễn Thị Ánh",
        "role": "Bí thư chi bộ, Viện trưởng",
        "body": "VKSND Kiên Lương",
        "login": "anh.nt",
        "password": "xem-thu-1",
    },
    {"name": "Lê Văn Đức", "role": "Đảng viên", "body": "VKSND Kiên Lương", "login": "duc.lv", "password": "xem-thu-2"},
]
# name → (template, context); the name says what is special about it
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "dashboard": (
        "dashboard.html",
        shown(
            Dashboard(
                date(2026, 3, 2),
                [
                    waiting("Tự đánh giá tháng 2 năm 2026", date(2026, 2, 28), True, "quá hạn 2 ngày"),
                    waiting("Góp ý cho 9 đồng chí trong chi bộ", date(2026, 3, 4)),
                    waiting("Cho ý kiến về dự thảo giao ước thi đua năm 2026 của Cụm thi đua số 11"),
                ],
                [Card("Nhiệm vụ của tôi", "8", "1 nhiệm vụ trễ hạn", "/m"), Card("Điểm tự chấm", "96,5", "", "/g")],
                [
                    NewRoleLine(
                        UUID(int=9), "Nguyễn Thị Ánh", "Thư ký", "Chi bộ", date(2026, 3, 1), until, "Trần Ổn", who, why
                    )
                    for until, who, why in [(None, "", "Theo quyết định số 5"), (date(2026, 3, 2), "Lê Văn Đức", "")]
                ],
            )
        ),
    ),
    "dashboard_empty": ("dashboard.html", shown(Dashboard(date(2026, 3, 2), [], []))),
    "sign_in": ("sign_in.html", SIGN_IN),
    "sign_in_kept": ("sign_in.html", SIGN_IN | {"kept": KEPT}),
    "sign_in_kept_too_long": ("sign_in.html", SIGN_IN | {"kept": replace(KEPT, fields=[("note", "Ý kiến " * 9000)])}),
    "kept_form": (
        "kept_form.html",
        {"kept": KEPT, "heading": "Nội dung vẫn còn", "sentence": "Hãy lưu.", "at_once": False, "password_first": True},
    ),
    "drafts": (
        "drafts.html",
        shown(Drafts([Draft(UUID(int=1), "/t/x", "/a", "Nhiệm vụ", [], None, 1, datetime(2026, 3, 2), "8:05")], 30)),
    ),
    "sign_in_demo": (
        "sign_in.html",
        SIGN_IN
        | {
            "login": "anh.nt",
            "password": "xem-thu-1",
            "next": "/t/kien-luong",
            "demo_accounts": DEMO_ACCOUNTS,
            "error": "Tên đăng nhập hoặc mật khẩu không đúng. Hãy gõ lại.",
        },
    ),
    "change_password": (
        "change_password.html",
        {
            "action": "/p",
            "forced": True,
            "login": "anh.nt",
            "least": 10,
            "back": None,
            "errors": {
                "current": None,
                "new": "Mật khẩu này nằm trong danh sách dễ đoán. Hãy chọn mật khẩu khác.",
                "repeated": None,
            },
        },
    ),
    "choose_body": ("choose_body.html", {"bodies": BODIES}),
    "choose_body_none": ("choose_body.html", {"bodies": []}),
    "error_alone": (
        "error.html",
        {
            "status": 404,
            "sentence": "Không có trang này",
            "advice": "Địa chỉ gõ sai, hoặc trang không thuộc đơn vị bạn đang làm việc.",
            "reference": None,
            "back": "/",
        },
    ),
    "error_in_body": (
        "error.html",
        {
            "status": 500,
            "sentence": "Phần mềm gặp lỗi",
            "advice": "Việc vừa làm chưa được lưu. Hãy quay lại và thử lần nữa.",
            "reference": "7F3A-22C1",
            "back": "/t/kien-luong",
        },
    ),
    "form_lost": (
        "form_again.html",
        {
            "sent": SentForm(**SENT, problems={}, sentence="Kỳ này đã công bố."),
            "advice": "Không có gì bị thay đổi.",
            "lines": [("Nội dung nhiệm vụ", "Kiểm sát 12 vụ án <b>&")],
        },
    ),
    "people": ("people.html", people_page(PEOPLE)),
    "people_none_found": ("people.html", people_page([])),
    "people_none_yet": ("people.html", people_page([], narrowed=False)),
    "person": ("person.html", shown(PERSON)),
    "person_left": ("person.html", shown(LEFT)),
    "modules": ("modules.html", shown(ModuleList(MODULES, may_switch=True))),
    "modules_none": ("modules.html", shown(ModuleList([], may_switch=True))),
    **{name: ("settings.html", shown(page)) for name, page in SETTINGS_PAGES.items()},
    "permissions": (
        "permissions.html",
        shown(
            Matrix(
                [
                    MatrixRole("member", "Đảng viên", 7, False, True),
                    MatrixRole("clerk", "Thư ký", 1, True, True),
                    MatrixRole("admin", "Người quản trị", 2, True, False),
                ],
                [
                    MatrixGroup(
                        "Đánh giá hằng tháng",
                        [
                            MatrixLine("plan.write", "Lập kế hoạch của mình", [HELD, HELD, MatrixCell("")]),
                            MatrixLine("grade.decide", "Quyết định", [WHEN, MatrixCell(""), MatrixCell("denied")]),
                        ],
                    )
                ],
            )
        ),
    ),
    "trail": (
        "trail.html",
        shown(Trail(TRAIL, TABLES, PageInfo(1, 2, 52, 1, 50)), TrailQuery(q="anh", table="person")),
    ),
    "trail_none": ("trail.html", shown(Trail([], TABLES, PageInfo(1, 1, 0, 0, 0)), TrailQuery(since=date(2026, 1, 1)))),
    "search": (
        "search.html",
        shown(
            SearchResults(
                "anh",
                [PersonHit(str(UUID(int=9)), "Nguyễn Thị Ánh", "Viện trưởng")],
                True,
                [ModuleHits("rating", "Đánh giá", [SearchHit("Kiểm sát 12 vụ án", "Tháng 2/2026", "/m")], True)],
                True,
                "",
            )
        ),
    ),
    "search_nothing": ("search.html", shown(SearchResults("", [], False, [], False, ""))),
    "facts": ("facts.html", shown(FactList([FactLine(SHARE.name, "Tỷ lệ hoàn thành", "Đánh giá")], 2026))),
    "facts_none": ("facts.html", shown(FactList([], 2026))),
    "fact": ("fact.html", shown(MeasuredFact("Tỷ lệ hoàn thành", SHARE, "95,0 %"))),
    "account": (
        "account.html",
        {"login": "anh.nt", "language": "vi", "bodies": BODIES, "sessions": SESSIONS, "device_of": device_of},
    ),
}


def test_every_page_template_of_the_shell_has_a_sample() -> None:
    pages = {path.name for path in TEMPLATES.glob("*.html")} - LAYOUTS
    assert pages == {template for template, _ in PAGES.values()}
