"""Templates compiled for one language: what never changes while a process runs is text when a page is rendered.

A sentence without values, and the address of a static file, become constants that the compiler joins with the markup
around them; a sentence with values is looked up once and only filled. The i18n extension would look up and mark each
of them as safe every time it is shown: a third of a list page.
"""

import hashlib
from collections.abc import MutableMapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, nodes, select_autoescape
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from plugin_api.i18n import gettext, gettext_in, ngettext

STATIC = Path(__file__).parent / "static"


class TemplateEnvironment(Environment):
    """Jinja as our templates expect it, in one language."""

    def __init__(self, language: str, loader: BaseLoader, names: dict[str, Any]) -> None:
        super().__init__(
            loader=loader,
            autoescape=select_autoescape(["html"], default=True),
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self.language = language
        self.install_gettext_callables(gettext, ngettext, newstyle=True)  # pyright: ignore[reportAttributeAccessIssue]  # of the extension
        self.globals |= {"static": static, **names}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The names of every template as one dict: Jinja's chain of two is walked in Python at each import."""
        return {**self.globals, **(d or {})}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return Constants(self.language).visit(super()._parse(source, name, filename))


class Constants(NodeTransformer):
    """Puts the answer in the place of calls that always answer the same."""

    def __init__(self, language: str) -> None:
        self._language = language

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """`_("…")`, `_("… %(name)s", name=…)` and `static("…")`; everything else stays a call."""
        self.generic_visit(node)
        called = node.node.name if isinstance(node.node, nodes.Name) else ""
        if len(node.args) != 1 or not isinstance(node.args[0], nodes.Const) or node.dyn_args or node.dyn_kwargs:
            return node
        text = node.args[0].value
        if called == "static" and not node.kwargs:
            return nodes.Const(static(text), lineno=node.lineno, environment=node.environment)
        if called != "_":
            return node
        sentence = nodes.Const(Markup(gettext_in(self._language, text)), lineno=node.lineno)
        values = [nodes.Pair(nodes.Const(given.key), given.value) for given in node.kwargs]
        return nodes.Mod(sentence, nodes.Dict(values), lineno=node.lineno, environment=node.environment)


@cache
def static(path: str) -> str:
    """The address of a static file, with a mark of its content so that browsers may keep it for ever."""
    mark = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:10]
    return f"/static/{path}?{mark}"
