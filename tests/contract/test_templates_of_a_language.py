"""Sentences of a template are text once it is compiled for a language; what fills them is escaped all the same."""

import pytest
from jinja2 import DictLoader, Environment, nodes

from platform_core.web.rendering import Pages
from platform_core.web.template_environment import TemplateEnvironment, static
from plugin_api.i18n import gettext_in, use_language

SAYS = "Dòng %(start)s–%(end)s trong %(total)s"
SAMPLES = {
    "plain": "{{ _('Tìm') }}",
    "filled": "{{ _('" + SAYS + "', start=mark, end=2, total=3) }}",
    "percent": "{{ _('Đạt 100 %%') }}",
    "handed on": "{% macro say(words) %}<b>{{ words }}</b>{% endmacro %}{{ say(_('Tìm')) }}",
    "chosen": "{{ _('Tìm') if mark else _('Trang sau') }}",
}


@pytest.fixture(params=["vi", "en"])
def environment(request: pytest.FixtureRequest, pages: Pages) -> TemplateEnvironment:
    """An environment in each language; the request speaks the other one, which must not matter."""
    use_language("en" if request.param == "vi" else "vi")
    loader = DictLoader({f"{name}.html": text for name, text in SAMPLES.items()})
    return TemplateEnvironment(request.param, loader, {})


def test_each_sentence_stands_in_the_language_of_its_environment(environment: TemplateEnvironment) -> None:
    shown = {name: environment.get_template(f"{name}.html").render(mark="<i>") for name in SAMPLES}
    find, line = (gettext_in(environment.language, text) for text in ("Tìm", SAYS))
    assert shown == {
        "plain": find,
        "filled": line % {"start": "&lt;i&gt;", "end": 2, "total": 3},
        "percent": "Đạt 100 %",
        "handed on": f"<b>{find}</b>",
        "chosen": find,
    }


def test_both_languages_differ() -> None:
    """Negative control: the sentences above say which language they are in."""
    assert gettext_in("vi", "Tìm") != gettext_in("en", "Tìm")


def looked_up(environment: Environment, name: str) -> list[str]:
    """What a template still asks for each time although the answer is always the same."""
    assert environment.loader is not None
    parsed = environment.parse(environment.loader.get_source(environment, name)[0], name)
    return [
        call.args[0].value
        for call in parsed.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and call.node.name in ("_", "static")
        and isinstance(call.args[0], nodes.Const)
    ]


def test_no_sentence_and_no_file_is_looked_up_while_a_page_is_rendered(pages: Pages) -> None:
    """A third of the time of a list page went there."""
    found = {name: asked for name in pages.env.list_templates() if (asked := looked_up(pages.env, name))}
    assert found == {}


def test_the_address_of_a_file_is_text(environment: TemplateEnvironment) -> None:
    made = environment.from_string("{{ static('thidua.css') }}")
    assert made.render() == static("thidua.css")
