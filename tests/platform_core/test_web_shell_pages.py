"""What the templates of the shell are shown with: contexts an official would recognise, one per situation."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).parents[2] / "platform/platform_core/web/templates"
BONES = {"base.html", "layout.html", "blank.html", "macros.html"}


def people_page(people: list[dict[str, Any]], anyone: bool = True) -> dict[str, Any]:
    """A list context with the given rows."""
    return {
        "people": people,
        "query": {"q": "anh", "unit": "p1"},
        "units": [("p1", "Phòng 1"), ("chi-bo", "Chi bộ")],
        "columns": {"name": ("?sort=-name", "asc"), "code": ("?sort=code", None), "position": ("?sort=position", None)},
        "kept": [("sort", "name")],
        "page": {
            "number": 2,
            "pages": 7,
            "total": 320,
            "start": 51,
            "end": 100,
            "previous": "?page=1",
            "next": "?page=3",
        },
        "exports": {"csv": "?form=csv", "xlsx": "?form=xlsx"},
        "add_url": "/t/kien-luong/people/new",
        "import_url": "/t/kien-luong/people/import",
        "anyone": anyone,
    }


def waiting(title: str, deadline: date | None = None, overdue: bool = False, note: str | None = None) -> dict[str, Any]:
    """One thing that waits for the person."""
    module = "Đánh giá hằng tháng"
    return {"title": title, "url": "/w", "module": module, "deadline": deadline, "overdue": overdue, "note": note}


def field(name: str, label: str, value: Any, kind: str = "text", **more: Any) -> dict[str, Any]:
    """One field of a form that comes back."""
    return {
        "name": name,
        "label": label,
        "value": value,
        "kind": kind,
        "error": None,
        "options": (),
        "hint": None,
        "required": True,
    } | more


ON_WORK = {"text": "Đang công tác", "tone": "success"}
PEOPLE = [
    {
        "name": name,
        "url": f"/p/{n}",
        "code": f"KL{n:02}",
        "position": "Kiểm sát viên sơ cấp",
        "units": "Phòng 1, Chi bộ",
        "roles": "Đảng viên",
        "state": ON_WORK,
    }
    for n, name in enumerate(["Nguyễn Thị Ánh", "Lê Văn Đức", "Phạm Hạnh", "Võ Thị Ổn", "Đặng Văn Ước"], start=1)
]
FIELDS = [
    field("content", "Nội dung nhiệm vụ", "Kiểm sát 12 vụ án <b>&", "textarea"),
    field("due", "Hạn", "2026-03-31", "date", error="Hạn phải nằm trong tháng 3 năm 2026."),
    field("points", "Điểm", "9,5o", "number", error="Hãy nhập một số, ví dụ 9,5."),
    field("level", "Mức yêu cầu", "b", "select", options=[("a", "Hoàn thành tốt"), ("b", "Hoàn thành")]),
    field(
        "kind", "Loại việc", "plan", "radio", options=[("plan", "Theo kế hoạch"), ("new", "Việc mới", "Ghi rõ lý do.")]
    ),
    field("helpers", "Người phối hợp", ["1"], "checks", options=[("1", "Lê Văn Đức"), ("2", "Phạm Hạnh")]),
    field("urgent", "Việc gấp", True, "checkbox", required=False),
    field("file", "Tài liệu", None, "file", required=False),
    field("title", "Tên việc", 'Việc "đặc biệt"'),
    field("row", "", "7", "hidden"),
]
PROBLEMS = [
    {"name": "due", "label": "Hạn", "sentence": "Hạn phải nằm trong tháng 3 năm 2026."},
    {"name": None, "label": None, "sentence": "Tổng điểm phải bằng 100; đang là 98,5."},
]
STALE = {
    "who": "Lê Văn Đức",
    "when": datetime(2026, 3, 2, 8, 5),
    "version": 4,
    "differs": ["due", "points"],
    "values": {f["name"]: "Giá trị đang lưu" for f in FIELDS},
}
AGAIN = {"title": "Phân công nhiệm vụ", "action": "/a", "submit": "Lưu nhiệm vụ", "back": "/b", "version": 3}
SIGN_IN = {"action": "/sign-in", "login": "", "password": None, "error": None, "next": "", "demo_accounts": None}
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
HISTORY = [
    {"at": datetime(2026, 3, 2, 8, 5), "who": "Trần Ổn", "text": "Trao vai trò Đảng viên.", "note": None},
    {
        "at": datetime(2026, 1, 5, 14, 30),
        "who": "Trần Ổn",
        "text": "Thêm vào đơn vị.",
        "note": "Theo quyết định số 12.",
    },
]

# name → (template, context); the name says what is special about it
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "home": (
        "home.html",
        {
            "today": date(2026, 3, 2),
            "waiting": [
                waiting("Tự đánh giá tháng 2 năm 2026", date(2026, 2, 28), True, "quá hạn 2 ngày"),
                waiting("Góp ý cho 9 đồng chí trong chi bộ", date(2026, 3, 4)),
                waiting("Cho ý kiến về dự thảo giao ước thi đua năm 2026 của Cụm thi đua số 11"),
            ],
            "cards": [
                {
                    "title": "Đánh giá hằng tháng",
                    "url": "/m",
                    "icon": "clipboard-check",
                    "text": "Tháng 2: đang tự đánh giá.",
                    "figures": [("Nhiệm vụ của tôi", 8), ("Trễ hạn", 1)],
                },
                {
                    "title": "Giao ước thi đua",
                    "url": "/g",
                    "icon": "flag",
                    "text": None,
                    "figures": [("Điểm tự chấm", "96,5")],
                },
            ],
        },
    ),
    "home_empty": ("home.html", {"today": date(2026, 3, 2), "waiting": [], "cards": []}),
    "sign_in": ("sign_in.html", SIGN_IN),
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
    "choose_body": (
        "choose_body.html",
        {
            "bodies": [
                {
                    "slug": "kien-luong",
                    "name": "Viện kiểm sát nhân dân huyện Kiên Lương",
                    "kind": "Cấp huyện",
                    "roles": "Đảng viên, Thư ký",
                    "demo": True,
                },
                {
                    "slug": "cum-11",
                    "name": "Cụm thi đua số 11",
                    "kind": "Cụm thi đua",
                    "roles": "Đại diện",
                    "demo": False,
                },
            ]
        },
    ),
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
    "form_again": ("form_again.html", AGAIN | {"problems": PROBLEMS, "fields": FIELDS, "stale": None}),
    "form_again_stale": ("form_again.html", AGAIN | {"problems": [], "fields": FIELDS, "stale": STALE}),
    "people": ("people.html", people_page(PEOPLE)),
    "people_none_found": ("people.html", people_page([])),
    "people_none_yet": ("people.html", people_page([], anyone=False)),
    "person": (
        "person.html",
        {
            "person": {
                "name": "Nguyễn Thị Ánh",
                "code": "KL01",
                "login": "anh.nt",
                "position": "Viện trưởng",
                "email": None,
                "state": ON_WORK,
            },
            "edit_url": "/edit",
            "appointments": [
                {
                    "line": "Chính quyền",
                    "unit": "Lãnh đạo Viện",
                    "position": "Viện trưởng",
                    "since": date(2018, 1, 1),
                    "until": None,
                },
                {
                    "line": "Đảng",
                    "unit": "Chi bộ",
                    "position": "Bí thư",
                    "since": date(2015, 5, 1),
                    "until": date(2025, 5, 1),
                },
            ],
            "roles": [
                {"title": "Lãnh đạo", "unit": "Chi bộ", "since": date(2018, 1, 1), "until": None, "withdraw_url": "/w"},
                {
                    "title": "Đảng viên",
                    "unit": None,
                    "since": date(2015, 1, 1),
                    "until": date(2026, 1, 1),
                    "withdraw_url": None,
                },
            ],
            "grant": {"action": "/g", "roles": [("clerk", "Thư ký")], "units": [("p1", "Phòng 1")]},
            "panels": [
                {"title": "Đánh giá hằng tháng", "url": "/m", "rows": [("Tháng 2/2026", "A"), ("Tháng 1/2026", "B")]}
            ],
            "history": HISTORY,
        },
    ),
    "person_bare": (
        "person.html",
        {
            "person": PEOPLE[1] | {"login": None, "email": "duc@example.vn"},
            "edit_url": None,
            "appointments": [],
            "roles": [],
            "grant": None,
            "panels": [],
            "history": [],
        },
    ),
    "modules": (
        "modules.html",
        {
            "modules": [
                {
                    "name": "monthly_rating",
                    "title": "Đánh giá hằng tháng",
                    "icon": "clipboard-check",
                    "enabled": True,
                    "switch_url": "/s",
                    "settings_url": "/c",
                    "refusal": None,
                    "version": 2,
                    "description": "Kế hoạch năm, phân công, tự đánh giá, góp ý và xếp loại A, B, C.",
                    "warning": "Tắt mô-đun “Đánh giá hằng tháng”? Mọi người sẽ không thấy phân công và xếp loại nữa; "
                    "kỳ tháng 3 đang mở sẽ dừng lại.",
                },
                {
                    "name": "emulation_covenants",
                    "title": "Giao ước thi đua",
                    "icon": "flag",
                    "enabled": True,
                    "switch_url": "/s",
                    "settings_url": None,
                    "version": 1,
                    "warning": "",
                    "description": "Giao ước của cụm, tự chấm điểm, chấm chéo.",
                    "refusal": "Chưa tắt được: giao ước năm 2026 đang lấy chữ ký. Hãy ký xong hoặc huỷ giao ước trước.",
                },
                {
                    "name": "supervision_plans",
                    "title": "Giám sát đảng viên",
                    "icon": "eye",
                    "enabled": False,
                    "switch_url": "/s",
                    "settings_url": None,
                    "refusal": None,
                    "version": 0,
                    "warning": "",
                    "description": "Kế hoạch giám sát theo quý của chi bộ.",
                },
            ]
        },
    ),
    "permissions": (
        "permissions.html",
        {
            "roles": [
                {"key": "member", "title": "Đảng viên", "people": 7, "custom": False},
                {"key": "clerk", "title": "Thư ký", "people": 1, "custom": False},
                {"key": "local", "title": "Tổ giúp việc", "people": 2, "custom": True},
            ],
            "groups": [
                {
                    "title": "Đánh giá hằng tháng",
                    "permissions": [
                        {"key": "plan.write", "title": "Lập kế hoạch của mình", "cells": ["held", "held", ""]},
                        {"key": "grade.decide", "title": "Quyết định xếp loại", "cells": ["", "", "denied"]},
                    ],
                }
            ],
            "action": "/save",
            "version": 5,
            "add_url": "/new",
        },
    ),
    "permissions_read_only": (
        "permissions.html",
        {
            "roles": [{"key": "member", "title": "Đảng viên", "people": 7, "custom": False}],
            "groups": [
                {
                    "title": "Đơn vị",
                    "permissions": [
                        {"key": "x", "title": "Xem người", "cells": ["held"]},
                        {"key": "y", "title": "Thêm người", "cells": [""]},
                    ],
                }
            ],
            "action": None,
            "version": 5,
            "add_url": None,
        },
    ),
    "account": (
        "account.html",
        {
            "person": {"name": "Nguyễn Thị Ánh", "login": "anh.nt", "email": None},
            "language": "vi",
            "end_all_url": "/end-all",
            "sessions": [
                {
                    "device": "Chrome trên Windows",
                    "address": "10.0.0.12",
                    "since": datetime(2026, 3, 2, 7, 30),
                    "seen": datetime(2026, 3, 2, 8, 5),
                    "current": True,
                    "end_url": "/e1",
                },
                {
                    "device": "Safari trên iPhone",
                    "address": "113.160.1.2",
                    "since": datetime(2026, 2, 20, 19, 0),
                    "seen": datetime(2026, 2, 21, 6, 15),
                    "current": False,
                    "end_url": "/e2",
                },
            ],
        },
    ),
}


def test_every_page_template_of_the_shell_has_a_sample() -> None:
    pages = {path.name for path in TEMPLATES.glob("*.html")} - BONES
    assert pages == {template for template, _ in PAGES.values()}
