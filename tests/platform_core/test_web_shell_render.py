"""The shell's templates: every one renders, keeps the content policy, speaks through gettext and wires its forms."""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import jinja2
import pytest
from jinja2 import nodes


def load_samples() -> ModuleType:
    """The sample contexts beside this file; test files are no package, so they are loaded by path."""
    spec = importlib.util.spec_from_file_location(
        "web_shell_samples", Path(__file__).with_name("test_web_shell_samples.py")
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


samples = load_samples()
NAMES = [*samples.pages.PAGES, *samples.pages.FORMS, "pieces"]
STATIC = samples.TEMPLATES.parent / "static"
TEMPLATE_FILES = sorted(samples.TEMPLATES.rglob("*.html"))
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}


class Page(HTMLParser):
    """The tags of a page in order, with their attributes; notes tags that do not close as they opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def all(self, *tags: str) -> list[dict[str, str]]:
        """Attributes of every element of these kinds."""
        return [attrs for tag, attrs in self.tags if tag in tags]


@pytest.fixture(scope="module", params=NAMES)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(samples.render(request.param))


def policy_faults(page: Page) -> list[str]:
    """What a browser under `default-src 'self'` would refuse or what would run behind its back."""
    faults = [
        f"<{tag} {name}>"
        for tag, attrs in page.tags
        for name in attrs
        if name == "style" or name.startswith(("on", "hx-on"))
    ]
    faults += ["<style>" for _ in page.all("style")]
    faults += ["inline <script>" for attrs in page.all("script") if not attrs.get("src")]
    links = [attrs.get("src") or attrs.get("href") or "" for attrs in page.all("script", "link", "img", "use")]
    return faults + [link for link in links if not link.startswith("/static/") and link != "data:,"]


def test_no_page_needs_inline_script_or_style(page: Page) -> None:
    assert policy_faults(page) == []


@pytest.mark.parametrize(
    "html", ['<p style="x">', "<style></style>", '<a onclick="x">', "<script>x</script>", '<script src="//cdn/x.js">']
)
def test_the_policy_check_sees_each_kind_of_fault(html: str) -> None:
    assert policy_faults(Page(html))


def test_every_page_is_well_formed_with_one_heading_and_unique_ids(page: Page) -> None:
    assert (page.unbalanced, page.open) == ([], [])
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert [
        i for i, times in Counter(attrs["id"] for _, attrs in page.tags if "id" in attrs).items() if times > 1
    ] == []


def test_every_label_and_description_leads_to_an_element(page: Page) -> None:
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    wanted = [attrs["for"] for attrs in page.all("label", "output")]
    wanted += [
        i
        for _, attrs in page.tags
        for key in ("aria-describedby", "aria-labelledby")
        for i in attrs.get(key, "").split()
    ]
    wanted += [attrs["href"][1:] for attrs in page.all("a") if attrs.get("href", "").startswith("#")]
    assert set(wanted) <= ids


def test_every_input_a_person_fills_has_a_name_that_is_read_aloud(page: Page) -> None:
    labelled = {attrs["for"] for attrs in page.all("label")}
    inputs = [
        a
        for a in page.all("input", "select", "textarea")
        if a.get("type") != "hidden" and a.get("aria-hidden") != "true"
    ]
    assert [a for a in inputs if a.get("id") not in labelled and not a.get("aria-label")] == []


def test_every_post_carries_the_token_and_its_own_key(page: Page) -> None:
    posts = [attrs for attrs in page.all("form") if attrs.get("method") == "post"]
    tokens = [attrs["value"] for attrs in page.all("input") if attrs.get("name") == "csrf_token"]
    keys = [attrs["value"] for attrs in page.all("input") if attrs.get("name") == "idempotency_key"]
    assert tokens == ['to"ken<&'] * len(posts)
    assert len(set(keys)) == len(keys) == len(posts)


def test_htmx_requests_carry_the_token_too(page: Page) -> None:
    headers = next(attrs["hx-headers:inherited"] for attrs in page.all("body"))
    assert json.loads(headers) == {"x-csrftoken": 'to"ken<&'}


def test_typed_text_comes_back_as_it_was_and_never_as_markup() -> None:
    html = samples.render("form_again")
    assert "Kiểm sát 12 vụ án &lt;b&gt;&amp;</textarea>" in html
    assert 'value="Việc &#34;đặc biệt&#34;"' in html and 'value="9,5o"' in html
    assert 'value="mai mốt"' in html and 'name="row" value="7"' in html
    assert 'name="version" value="3"' in html, "what the person saw, not what stands now"


def test_choices_come_back_as_they_were_made() -> None:
    page = Page(samples.render("form_again"))
    chosen = {(a["name"], a["value"]) for a in page.all("input") if "checked" in a}
    assert chosen == {("kind", "plan"), ("helpers", "1"), ("urgent", "1")}
    assert [a["value"] for a in page.all("option") if "selected" in a] == ["b"]


def test_only_the_form_that_was_sent_shows_what_was_typed() -> None:
    page = Page(samples.render("form_again"))
    titles = [a["value"] for a in page.all("input") if a.get("name") == "title"]
    assert titles == ['Việc "đặc biệt"', "Việc khác"]
    assert len([a for a in page.all("form") if "data-again" in a]) == 1


def test_each_fault_stands_beside_its_field_and_at_the_top_by_name() -> None:
    html = samples.render("form_again")
    assert '<a href="#f-due">Hạn</a>: Hạn phải nằm trong tháng 3 năm 2026.' in html
    assert '<p class="form-error" id="f-due-error">Hạn phải nằm trong tháng 3 năm 2026.</p>' in html
    due = next(a for a in Page(html).all("input") if a.get("id") == "f-due")
    assert (due["aria-invalid"], due["aria-describedby"]) == ("true", "f-due-error")
    assert "<li>Tổng điểm phải bằng 100; đang là 98,5.</li>" in html


def test_a_stale_edit_shows_both_versions_and_saves_onto_the_newer_one() -> None:
    html = samples.render("form_again_stale")
    assert "Lê Văn Đức đã lưu một bản mới hơn lúc 02/03/2026 08:05" in html
    assert 'name="version" value="4"' in html and 'name="version" value="3"' not in html
    stored = re.findall(r'Đang lưu: <span class="stored-value">([^<]*)', html)
    assert stored == ["Bản cũ", "30/03/2026", "9,5", "Hoàn thành tốt", "Phạm Hạnh", "Việc"], "only what differs"
    assert "Lưu bản của tôi đè thành phiên bản mới" in html


def test_text_is_counted_and_never_cut() -> None:
    html = samples.render("form_again")
    assert "maxlength" not in html and 'data-most="25"' in html


def test_a_password_is_prefilled_only_for_a_demo_account() -> None:
    shown = [a["value"] for a in Page(samples.render("sign_in")).all("input") if a.get("type") == "password"]
    assert shown == [""]
    assert "xem-thu-1" in samples.render("sign_in_demo")


def test_a_demo_body_is_marked_on_every_page_of_it() -> None:
    assert 'class="demo-strip"' in samples.render("dashboard")
    env = samples.new_environment()
    env.globals["shell"].body.demo = False
    template, context = samples.pages.PAGES["dashboard"]
    assert 'class="demo-strip"' not in env.get_template(template).render(context)


def test_a_missing_value_is_an_error_and_not_an_empty_page() -> None:
    with pytest.raises(jinja2.UndefinedError):
        samples.environment().get_template("dashboard.html").render(waiting=[])


LETTER = re.compile(r"[^\W\d_]")
READ_OUT = re.compile(r'\b(?:aria-label|title|placeholder|alt|data-label)="([^"]*)"')
NOT_TRANSLATED = {"English"}  # a language is named in itself


def untranslated(source: str) -> list[str]:
    """Words a reader would meet that no catalogue knows: bare text of the page, and Vietnamese outside `_()`."""
    tree = jinja2.Environment(extensions=["jinja2.ext.i18n"]).parse(source)
    known = {
        id(arg)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "ngettext")
        for arg in call.args
    }
    constants = [c.value for c in tree.find_all(nodes.Const) if isinstance(c.value, str) and id(c) not in known]
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
    shown = re.sub(r"<[^>]*>", "\n", re.sub(r'[\w:-]+="[^"]*"', "", bare))
    words = [*shown.splitlines(), *READ_OUT.findall(bare)]
    found = [w.strip() for w in words if LETTER.search(w)] + [c for c in constants if re.search(r"[^\W\d_a-zA-Z]", c)]
    return [w for w in found if w not in NOT_TRANSLATED]


@pytest.mark.parametrize("path", TEMPLATE_FILES, ids=lambda path: path.name)
def test_every_word_of_a_template_passes_gettext(path: Path) -> None:
    assert untranslated(path.read_text()) == []


@pytest.mark.parametrize(
    "source", ["<p>Lưu</p>", "<p>Save</p>", '{{ ui.text("Tên", "x") }}', '<a title="Xoá">{{ x }}</a>']
)
def test_the_gettext_check_sees_bare_words(source: str) -> None:
    assert untranslated(source)


def test_every_icon_of_the_shell_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'id="i-([\w-]+)"', (STATIC / "vendor/icons.svg").read_text()))
    used = {name for sample in NAMES for name in re.findall(r"icons\.svg\?v=0#i-([\w-]+)", samples.render(sample))}
    assert used and used <= sprite


def test_every_file_the_head_names_exists() -> None:
    head = Page(samples.render("sign_in")).all("link", "script")
    files = [link.split("?")[0] for attrs in head if (link := attrs.get("src") or attrs["href"]).startswith("/static/")]
    assert len(files) == 8
    assert [file for file in files if not (STATIC / file.removeprefix("/static/")).is_file()] == []
