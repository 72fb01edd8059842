"""Templates exist, parse, link where there is something, ask only for what they get; their words are in gettext."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from jinja2 import Environment, TemplateSyntaxError, meta, nodes

from platform_core.plugin_host.running import dispatcher
from plugin_api.endpoints import View
from plugin_api.papers import File, Printout

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {"view", "query", "here"}
"""What every page gets beside the fields of what was loaded."""


def views() -> list[View]:
    return [endpoint for _manifest, endpoint in dispatcher().registry.endpoints.values() if isinstance(endpoint, View)]


def trees(environment: Environment) -> dict[str, nodes.Template]:
    """Every template of the core and the modules, parsed."""
    assert environment.loader is not None
    return {name: environment.parse(environment.loader.get_source(environment, name)[0], name)
            for name in environment.list_templates()}


def links(tree: nodes.Template) -> Iterator[tuple[str, set[str]]]:
    """(address, parameters) of each `url("…", …)` whose name stands in the template."""
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "url" and isinstance(call.args[0], nodes.Const):
            spread = call.dyn_kwargs is not None
            yield call.args[0].value, {"**"} if spread else {keyword.key for keyword in call.kwargs}


def dead_links(tree: nodes.Template, addresses: Any) -> list[str]:
    """Links to addresses that are not there, or without an id that the address needs."""
    found = []
    for name, given in links(tree):
        plain = name.partition("#")[0]
        if plain not in addresses.names():
            found.append(f"no address {plain}")
        elif "**" not in given and addresses.parameters(plain) - given - {"slug"}:
            found.append(f"{plain} needs {addresses.parameters(plain) - given - {'slug'}}")
    return found


def unknown_names(tree: nodes.Template, environment: Environment, promised: set[str]) -> set[str]:
    """Names a template reads that neither the host nor the template itself gives it."""
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    own |= {imported.target for imported in tree.find_all(nodes.Import)}
    own |= {macro.name for macro in tree.find_all(nodes.Macro)}
    taken = [name for line in tree.find_all(nodes.FromImport) for name in line.names]
    own |= {name if isinstance(name, str) else name[1] for name in taken}
    return meta.find_undeclared_variables(tree) - own - promised - GIVEN - set(environment.globals)


def test_every_template_compiles(pages):
    for name in pages.env.list_templates():
        pages.env.get_template(name)


def test_every_view_has_its_template_and_every_file_has_none(pages):
    there = set(pages.env.list_templates())
    files = {view.name for view in views() if get_type_hints(view.load).get("return") in (File, Printout)}
    assert [view.name for view in views() if view.name not in files and view.template not in there] == []


def test_what_templates_extend_and_include_is_there(pages):
    there = set(pages.env.list_templates())
    missing = {(name, wanted) for name, tree in trees(pages.env).items()
               for wanted in meta.find_referenced_templates(tree) if wanted is not None and wanted not in there}
    assert missing == set()


def test_links_lead_somewhere(pages):
    dead = {name: found for name, tree in trees(pages.env).items() if (found := dead_links(tree, pages.addresses))}
    assert dead == {}


def test_a_dead_link_is_found(pages):
    dead = pages.env.parse('{{ url("core.gone") }} {{ url("core.person") }} {{ url("core.person", person_id=1) }}')
    assert dead_links(dead, pages.addresses) == ["no address core.gone", "core.person needs {'person_id'}"]


def test_a_page_asks_only_for_what_was_loaded(pages):
    parsed = trees(pages.env)
    astray = {}
    for view in views():
        loaded = get_type_hints(view.load).get("return")
        fields = set(getattr(loaded, "__struct_fields__", ()))
        if view.template and (names := unknown_names(parsed[view.template], pages.env, fields)):
            astray[view.name] = names
    assert astray == {}


def test_a_page_that_asks_for_more_is_found(pages):
    assert unknown_names(pages.env.parse("{{ people }} {{ ghost }}"), pages.env, {"people"}) == {"ghost"}


HANDWRITTEN = re.compile(r"<(?:input|select|textarea)\b(?![^>]*aria-hidden)[^>]*\bname=")
POSTED = re.compile(r'<form\b[^>]*method="post"')
SENT_BY_GET = re.compile(r'<form\b[^>]*method="get".*?</form>|call ui\.search_box.*?endcall', re.DOTALL)
MACROS = ("macros/", "frame/")
"""Where the inputs themselves are written, and the buttons of the frame."""


def forms_by_hand(source: str) -> list[str]:
    """Inputs and forms that would come back empty after a fault: what is posted is written with the macros."""
    posted = SENT_BY_GET.sub("", re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL))
    return HANDWRITTEN.findall(posted) + POSTED.findall(posted)


def test_what_is_posted_is_written_with_the_macros(pages):
    sources = {name: pages.env.loader.get_source(pages.env, name)[0] for name in pages.env.list_templates()
               if not name.startswith(MACROS)}
    assert {name: found for name, source in sources.items() if (found := forms_by_hand(source))} == {}


@pytest.mark.parametrize("planted", [
    '{% call ui.form(a, b) %}<select class="x" name="person_id"></select>{% endcall %}',
    '<input type="radio" name="x">',
    "{% macro row() %}<textarea rows=2 name=\"items.{{ place }}.title\"></textarea>{% endmacro %}",
    '<form method="post" action="/a"></form>'])
def test_an_input_written_by_hand_is_found(planted):
    assert len(forms_by_hand(planted)) == 1


def test_a_filter_may_be_written_by_hand():
    assert forms_by_hand('<form method="get" action="/a"><select name="q"></select></form>') == []


def test_every_word_of_a_template_is_in_gettext(lint):
    words = lint("words")
    assert [fault for one in words.domains() for folder in one.folders for fault in words.template_faults(folder)] == []


@pytest.mark.parametrize("planted", [
    "<p>Chưa dịch</p>", '<button title="Chưa dịch">{{ _("Lưu") }}</button>', "<p>{{ name }} chưa dịch</p>",
    "{% if name %}<b>Chưa dịch</b>{% endif %}"])
def test_a_word_outside_gettext_is_found(lint, planted):
    words = lint("words")
    environment = Environment(extensions=["jinja2.ext.i18n"])
    assert len(list(words.own_words(environment.parse(planted)))) == 1


@pytest.mark.parametrize("good", [
    '<p class="a b">{{ _("Đã dịch") }} – {{ name }}: 12 %</p>', "<p>{% trans %}Đã dịch{% endtrans %}</p>",
    '<a href="/a" {% if name %}aria-current="page"{% endif %}>{{ name }}</a>'])
def test_what_is_no_word_passes(lint, good):
    environment = Environment(extensions=["jinja2.ext.i18n"])
    assert list(lint("words").own_words(environment.parse(good))) == []


def test_a_template_that_does_not_parse_is_found(lint, tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "broken.html").write_text("{% if %}")
    assert len(list(lint("words").template_faults(tmp_path, tmp_path))) == 1
    with pytest.raises(TemplateSyntaxError):
        Environment().parse("{% if %}")
