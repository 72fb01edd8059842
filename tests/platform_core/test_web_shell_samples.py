"""The shell as the product sets it up, with invented people: the other shell tests render their pages here."""

from __future__ import annotations

import functools
import importlib.util
import itertools
from decimal import Decimal
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import jinja2

from platform_core.core_plugin import ENDPOINTS
from platform_core.web.addresses import Addresses
from platform_core.web.form_binding import FormBinding
from platform_core.web.frame import Frames
from platform_core.web.rendering import pairs
from platform_core.web.request_context import RequestContext, begin_request
from platform_core.web.sent_form import SentForm
from plugin_api.files import FileLimits


def load(name: str) -> ModuleType:
    """A file beside this one; test files are no package, so they are loaded by path."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pages = load("test_web_shell_pages")
TEMPLATES = Path(__file__).parents[2] / "platform/platform_core/web/templates"
OUTSIDE = {
    "front": "/",
    "choose_body": "/bodies",
    "account": "/account",
    "change_password": "/change-password",
    "set_language": "/language",
    "sign_out": "/sign-out",
    "end_sessions": "/account/sessions/end",
}


class SampleAddresses(Addresses):
    """The addresses of the product, seen from Kiên Lương."""

    def __init__(self) -> None:
        super().__init__()
        for endpoint in ENDPOINTS:
            self.add(endpoint.name, f"/t/{{slug:str}}{endpoint.path}")
        for name, path in OUTSIDE.items():
            self.add(name, path)

    def url(self, name: str, /, **values: Any) -> str:
        return super().url(name, **({"slug": "kien-luong"} | values))


def new_environment(signed_in: bool = True, in_body: bool = True) -> jinja2.Environment:
    """Jinja as the product sets it up: strict, escaping, with the globals the templates are promised."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
    )
    install = getattr(env, "install_gettext_callables")  # noqa: B009  (added by the extension, unknown to the checker)
    install(lambda text: text, lambda one, many, n: one if n == 1 else many, newstyle=True)
    keys, addresses = itertools.count(), SampleAddresses()
    promised: dict[str, Any] = {
        "shell": shell(signed_in, in_body),
        "url": addresses.url,
        "static": lambda path: f"/static/{path}?v=0",
        "new_key": lambda: f"key-{next(keys)}",
        "date": lambda day: f"{day:%d/%m/%Y}",
        "moment": lambda at: f"{at:%d/%m/%Y %H:%M}",
        "number": lambda value: str(value).replace(".", ","),
        "forms": FormBinding(SimpleNamespace(endpoints={one.name: (None, one) for one in ENDPOINTS}), addresses),
    }
    env.filters["pairs"] = pairs
    env.globals.update(promised | {"frame": Frames(env).of})
    return env


environment = functools.cache(new_environment)


def item(title: str, icon: str, count: int | None = None) -> dict[str, Any]:
    """One entry of the navigation."""
    return {"title": title, "url": f"/t/kien-luong/{icon}", "icon": icon, "count": count}


def shell(signed_in: bool, in_body: bool) -> SimpleNamespace:
    """What the frame of a page knows about the person and the body."""
    name = "Viện kiểm sát nhân dân huyện Kiên Lương"
    body = SimpleNamespace(slug="kien-luong", name=name, short_name="VKSND Kiên Lương", demo=True)
    navigation = [
        {"title": "", "items": [item("Việc của tôi", "home", count=3)]},
        {
            "title": "Đánh giá hằng tháng",
            "items": [
                item("Kế hoạch năm", "target"),
                item("Thông báo phân công", "clipboard-list", count=1),
                item("Tự đánh giá và góp ý", "messages"),
                item("Kết quả xếp loại", "award"),
            ],
        },
        {
            "title": "Đơn vị",
            "items": [
                item("Người của đơn vị", "users"),
                item("Vai trò và quyền", "shield-check"),
                item("Các mô-đun", "puzzle"),
            ],
        },
    ]
    return SimpleNamespace(
        signed_in=signed_in,
        person_name="Nguyễn Thị Ánh" if signed_in else "",
        body=body if in_body else None,
        bodies=[("kien-luong", name), ("cum-11", "Cụm thi đua số 11")],
        navigation=navigation if in_body else [],
        language="vi",
        csrf_token='to"ken<&',
        path="/t/kien-luong/home",
        frame_key=None,
        flashes=[("success", "Đã lưu thông báo phân công tháng 3 năm 2026.")] if in_body else [],
        sent_form=None,
        version="0.1.0",
    )


OUTSIDE_A_BODY = ("choose_body.html", "change_password.html", "kept_form.html")
LIMITS = FileLimits(5 << 20, ("pdf", "docx"))
PIECES = """{% extends "layout.html" %}{% import "macros.html" as ui %}
{% block heading %}x{% endblock %}{% block content %}
<div class="stats">{{ ui.stat_card("Nhiệm vụ", number(score), "/x", "trên 40 nhiệm vụ", "danger") }}
{{ ui.stat_card("Người", 10) }}</div>
{{ ui.badge("mới") }}{{ ui.button("Gửi", "primary", "send", name="do", value="send", id="send") }}
{% for kind in ("success", "info", "warning", "danger") %}{{ ui.notice(kind, "Một câu.") }}{% endfor %}
{% call ui.confirm("/x", "Xoá", "Xoá thật?", version=2) %}
{{ ui.textarea("Lý do", "reason", required=true) }}{% endcall %}
{{ ui.number_input("Điểm", "score", score, hint="Từ 0 đến 10", unit="điểm") }}
{{ ui.number_input("Số", "whole", none, whole=true) }}
{{ ui.date_input("Ngày", "day", min="2026-01-01", max="2026-12-31", error="Sai ngày.", hint="Trong năm") }}
{{ ui.file_input("Tệp", "paper", limits=LIMITS, multiple=true) }}{{ ui.export_links("/csv") }}
{{ ui.pager({"number": 1, "pages": 1, "total": 3, "start": 1, "end": 3, "previous": none, "next": none}) }}
{% endblock %}"""

FORM = """{% extends "layout.html" %}{% import "macros.html" as ui %}
{% block heading %}Phân công nhiệm vụ{% endblock %}{% block content %}
{% call ui.form("/a", "Lưu nhiệm vụ", version=4) %}
{{ ui.textarea("Nội dung nhiệm vụ", "content", "Bản cũ", maxlength=25) }}
{{ ui.date_input("Hạn", "due", "2026-03-30", required=true) }}{{ ui.number_input("Điểm", "points", score) }}
{{ ui.select("Mức yêu cầu", "level", [("a", "Hoàn thành tốt"), ("b", "Hoàn thành")], "a", required=true) }}
{{ ui.radio_group("Loại việc", "kind", [("plan", "Theo kế hoạch"), ("new", "Việc mới", "Ghi rõ lý do.")], "plan") }}
{{ ui.check_group("Người phối hợp", "helpers", [("1", "Lê Văn Đức"), ("2", "Phạm Hạnh")], ["2"]) }}
{{ ui.checkbox("Việc gấp", "urgent") }}{{ ui.file_input("Tài liệu", "file") }}
{{ ui.text("Tên việc", "title", "Việc", autocomplete="username") }}
{{ ui.hidden("row", "6") }}{{ ui.text("Mật khẩu", "word", type="password", autocomplete="new-password") }}
{% endcall %}
{% call ui.confirm("/b", "Bỏ", "Bỏ thật?") %}
{{ ui.text("Tên việc khác", "title", "Việc khác", id="other") }}{% endcall %}
{% endblock %}"""


def render_form(name: str) -> str:
    """A page whose form could not be saved."""
    sent, env = SentForm(**pages.SENT, **pages.FORMS[name]), new_environment()
    env.globals["shell"].sent_form = sent
    begin_request(RequestContext("/t/kien-luong/home", sent_form=sent))
    html = env.from_string(FORM).render(score=Decimal("9.5"))
    begin_request(RequestContext(""))
    return html


@functools.cache
def render(name: str) -> str:
    """The named sample as HTML; sign-in and the errors outside a body have no person in their frame."""
    if name == "pieces":
        return environment().from_string(PIECES).render(score=Decimal("9.5"), LIMITS=LIMITS)
    if name in pages.FORMS:
        return render_form(name)
    template, context = pages.PAGES[name]
    before_sign_in = template == "sign_in.html" or name == "error_alone"
    env = environment(
        not before_sign_in, not before_sign_in and template not in OUTSIDE_A_BODY
    )
    return env.get_template(template).render(context)


def test_the_pieces_that_no_page_uses_yet_render_too() -> None:
    assert "9,5" in render("pieces")
