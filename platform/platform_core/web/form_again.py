"""The same page again: a form that could not be saved comes back where it was typed, each fault beside its field."""

import re
from typing import Any
from urllib.parse import parse_qsl

import structlog
from litestar import Request, Response
from litestar.exceptions import NotFoundException

from platform_core.web.permissions import must_hold, must_use
from platform_core.web.problem_details import ProblemDetails
from platform_core.web.referrer import own_path, referring_page
from platform_core.web.rendering import Pages
from platform_core.web.request_context import current_request
from platform_core.web.sent_form import FORM, OWN_FIELDS, PAGE, NewerVersion, SentForm, numbered_label, typed_text
from platform_core.web.view_page import loaded, page_context, query_of
from plugin_api.actor import Actor
from plugin_api.endpoints import Action, View
from plugin_api.errors import Invalid, Refusal
from plugin_api.i18n import gettext as _
from tenancy.context import TenantContext
from tenancy.faults import Absent, Stale
from tenancy.query import row
from tenancy.transaction import afresh

SECRET = ("password",)
"""Typed again rather than sent back."""
DETAILS = re.compile(r"<(/?)details\b[^>]*>")
HELD_OPEN = re.compile(r"<form [^>]*data-again|aria-invalid=\"true\"")
"""What a person has to see at once: the form that could not be saved and each input with a fault."""
LAST_CHANGE = """
SELECT l.at, p.full_name FROM audit.log l
LEFT JOIN LATERAL auth.person_here(l.account_id) AS here(person_id) ON true
LEFT JOIN person p ON p.tenant_id = l.tenant_id AND p.id = here.person_id
WHERE l.tenant_id = $1 AND l.row_id = $2 ORDER BY l.seq DESC LIMIT 1
"""

log = structlog.get_logger()


async def page_again(
    pages: Pages, request: Request[Any, Any, Any], action: Action, fault: Exception, problem: ProblemDetails
) -> Response[Any]:
    """The page that the form was sent from, as it stands now, with the form as it was typed.

    Where that page can no longer be shown (its row is gone, a right was lost), a plain list of what was typed.
    """
    context = current_request()
    sent = await _sent_form(pages, request, action, fault, problem)
    context.path, context.sent_form = sent.page, sent
    if context.actor is not None:
        async with afresh(TenantContext(context.actor.body.tenant_id, context.actor.account_id)):
            if isinstance(fault, Stale):
                sent.newer = await _newer_version(fault)
            html = await page_behind(pages, context.actor, sent)
        if html is not None and sent.taken:
            return pages.answer(_opened(html), problem.status)
    context.sent_form = context.bound_form = None
    return pages.page("form_again.html", problem.status, sent=sent, advice=problem.advice, lines=_lines(sent))


async def _sent_form(
    pages: Pages, request: Request[Any, Any, Any], action: Action, fault: Exception, problem: ProblemDetails
) -> SentForm:
    typed = await typed_text(await request.form())
    page = own_path(typed.get(PAGE, [""])[-1]) or _likely_page(pages, request, action)
    sentence = "" if isinstance(fault, (Invalid, Stale)) else problem.sentence
    form_id = typed.get(FORM, [request.url.path])[-1]
    return SentForm(form_id, page, action.data, typed, problem.problems, sentence)


def _likely_page(pages: Pages, request: Request[Any, Any, Any], action: Action) -> str:
    """For a form that does not say where it stands: the page that led here, or where success would have led."""
    origin = referring_page(request)
    if origin not in ("/", request.url.path):
        return origin
    try:
        return pages.addresses.url(action.then.partition("#")[0], **request.path_params)
    except LookupError:
        return origin


async def _newer_version(fault: Stale) -> NewerVersion:
    """Who saved the newer version and when, from the trail."""
    last = await row(LAST_CHANGE, fault.row_id)
    who, when = (last["full_name"], last["at"]) if last else (None, None)
    return NewerVersion(who or _("Người khác"), when, fault.current)


async def page_behind(pages: Pages, actor: Actor, sent: SentForm) -> str | None:
    """The page that the form stands on, under the rights of now; None where there is none to show."""
    path, _sep, query_string = sent.page.partition("#")[0].partition("?")
    try:
        for name, values in pages.addresses.resolve(path):
            manifest, view = pages.dispatcher.registry.endpoints.get(name, (None, None))
            if manifest is None or not (isinstance(view, View) and view.template):
                continue
            if values.pop("slug", None) != actor.body.slug:
                continue
            must_use(actor, manifest.name)
            must_hold(actor, str(view.permission))
            query = query_of(view, parse_qsl(query_string))
            found = await loaded(view, values, query)
            return pages.html(view.template, page_context(found, query, values))
    except (Absent, Refusal, NotFoundException):
        return None
    except Exception:  # what was typed is shown anyhow
        log.exception("the page of a form can't be shown", page=path)
    return None


def _opened(html: str) -> str:
    """The page with every `<details>` open around what a person has to see at once."""
    shown = [match.start() for match in HELD_OPEN.finditer(html)]
    around: list[re.Match[str]] = []
    opened: set[int] = set()
    for tag in DETAILS.finditer(html):
        while shown and shown[0] < tag.start():
            opened |= {outer.end() - 1 for outer in around if " open" not in outer[0]}
            shown.pop(0)
        if tag[1]:
            around.pop()
        else:
            around.append(tag)
    for place in sorted(opened, reverse=True):
        html = f"{html[:place]} open{html[place:]}"
    return html


def _lines(sent: SentForm) -> list[tuple[str, str]]:
    """(label, text) of all that was typed by hand."""
    labelled = [(numbered_label(sent.data, name), name, texts) for name, texts in sent.typed.items()]
    return [
        (label, text)
        for label, name, texts in labelled
        if label and name not in OWN_FIELDS and name.rpartition(".")[2] not in SECRET
        for text in texts
        if text.strip()
    ]
