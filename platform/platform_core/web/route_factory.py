"""Makes Litestar route handlers out of declarations: a page and an API operation from each View and Action."""

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import Operation
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from platform_core.drafts.service import drop_saved_draft
from platform_core.web.addresses import TYPES, page_path
from platform_core.web.cookies import clear_flash, flash
from platform_core.web.openapi import operation_with
from platform_core.web.rendering import Pages
from platform_core.web.request_body import most_bytes_of
from platform_core.web.request_context import current_request
from platform_core.web.sent_form import DRAFT, KEPT, OWN_FIELDS
from platform_core.web.view_page import loaded, page_context, query_of
from plugin_api.endpoints import PATH_PARAMETER, Action, View
from plugin_api.forms import nested, parse
from plugin_api.i18n import gettext as _
from plugin_api.manifest import Manifest
from plugin_api.papers import File, Printout
from plugin_api.ports import ports
from tenancy.transaction import current_transaction


class RouteFactory:
    """Builds the route handlers of one application."""

    def __init__(self, pages: Pages, secure: bool) -> None:
        self.pages = pages
        self.secure = secure

    def handlers(self, manifest: Manifest) -> list[HTTPRouteHandler]:
        """Pages and API operations of a module."""
        made: list[HTTPRouteHandler] = []
        for endpoint in manifest.endpoints:
            path = page_path(manifest, endpoint)
            api_path = f"/api/v1{path}"
            opt = {"permission": str(endpoint.permission), "module": manifest.name}
            if isinstance(endpoint, View):
                made += [self._page_of(endpoint, path, opt), self._json_of(endpoint, api_path, opt)]
            else:
                opt |= {"action": endpoint, "most_bytes": most_bytes_of(endpoint.data)}
                made += [self._form_of(endpoint, path, opt), self._operation_of(endpoint, api_path, opt)]
        return made

    def _page_of(self, view: View, path: str, opt: dict[str, Any]) -> HTTPRouteHandler:
        async def show(request: Request[Any, Any, Any], **values: Any) -> Response[Any]:
            query = query_of(view, request.query_params.multi_items())
            found = await loaded(view, values, query)
            if isinstance(found, Printout):
                found = await _printed(found)
            if isinstance(found, File):
                return download(found)
            if view.export and request.query_params.get("export") == "xlsx":
                sheet = view.export(found)
                await current_transaction().commit()
                return download(await ports().renderer.sheet(sheet))
            response = self.pages.page(view.template, **page_context(found, query, values))
            if current_request().flashes:
                clear_flash(response, self.secure)
            return response

        return get(path, opt=opt, name=view.name, include_in_schema=False, media_type=MediaType.HTML)(
            _with_signature(show, path, Response[Any])
        )

    def _json_of(self, view: View, path: str, opt: dict[str, Any]) -> HTTPRouteHandler:
        async def show(request: Request[Any, Any, Any], **values: Any) -> Any:
            found = await loaded(view, values, query_of(view, request.query_params.multi_items()))
            if isinstance(found, Printout):
                found = await _printed(found)
            return download(found) if isinstance(found, File) else found

        return get(
            path,
            opt=opt,
            name=f"api:{view.name}",
            operation_class=Operation if view.query is None else operation_with(view.query),
            operation_id=view.name,
            tags=[view.name.partition(".")[0]],
            summary=_summary(view.load),
        )(_with_signature(show, path, _returns(view.load)))

    def _form_of(self, action: Action, path: str, opt: dict[str, Any]) -> HTTPRouteHandler:
        async def act(request: Request[Any, Any, Any], **values: Any) -> Response[Any]:
            data = {} if action.data is None else {"data": parse(action.data, await form_values(request))}
            ids = await action.run(current_request().actor, **values, **data)
            form = await request.form()
            await _drop_draft(form.get(DRAFT))
            response = Redirect(
                self.pages.addresses.url(action.then, **_known(action.then, self.pages, values | dict(ids or {}))),
                status_code=303,
            )
            sentence = action.done(ids or {}) if callable(action.done) else _(action.done)
            if KEPT in form:
                sentence = f"{_('Nội dung nhập trước khi đăng nhập lại đã được lưu.')} {sentence}"
            flash(response, "success", sentence, self.secure)
            return response

        return post(path, opt=opt, name=action.name, include_in_schema=False, status_code=303)(
            _with_signature(act, path, Response[Any])
        )

    def _operation_of(self, action: Action, path: str, opt: dict[str, Any]) -> HTTPRouteHandler:
        async def act(request: Request[Any, Any, Any], **values: Any) -> Any:
            given = values.pop("data", None)
            data = (
                {}
                if action.data is None
                else {"data": parse(action.data, msgspec.to_builtins(given, builtin_types=(bytes,)))}
            )
            return dict(await action.run(current_request().actor, **values, **data) or {})

        return post(
            path,
            opt=opt,
            name=f"api:{action.name}",
            operation_id=action.name,
            tags=[action.name.partition(".")[0]],
            status_code=200,
            summary=_summary(action.run),
        )(_with_signature(act, path, dict[str, Any], data=action.data))


def download(file: File) -> Response[bytes]:
    """A file to keep, under a name every disk takes; one charset at most (the framework would add a second)."""
    return Response(
        file.content, headers={"content-type": file.content_type, "content-disposition": file.disposition}
    )


async def form_values(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The form as a tree of plain values; uploads read, empty file fields left out, repeated names as lists."""
    form = await request.form()
    pairs: dict[str, Any] = {}
    for name, value in form.multi_items():
        if name in OWN_FIELDS:
            continue
        if isinstance(value, UploadFile):
            if not value.filename:
                continue
            value = {"name": value.filename, "media_type": value.content_type, "content": await value.read()}
        pairs[name] = (
            [*pairs[name], value]
            if isinstance(pairs.get(name), list)
            else ([pairs[name], value] if name in pairs else value)
        )
    return nested(pairs.items())


async def _drop_draft(named: Any) -> None:
    """The draft behind the form that was saved, where the form says there is one."""
    page, separator, form = named.partition(" ") if isinstance(named, str) else ("", "", "")
    actor = current_request().actor
    if separator and actor is not None:
        await drop_saved_draft(actor, page, form)


async def _printed(printout: Printout) -> File:
    """The paper as a file. Printing takes long, so the transaction ends first: its connection is free meanwhile."""
    await current_transaction().commit()
    return await ports().renderer.print(printout.paper, printout.form, printout.layout_edition)


def _known(then: str, pages: Pages, values: Mapping[str, Any]) -> dict[str, Any]:
    """Only the ids that the next address names: nothing else of a result belongs into an address."""
    name, _sep, anchor = then.partition("#")
    wanted = pages.addresses.parameters(name) | set(re.findall(r"\{(\w+)\}", anchor))
    return {key: value for key, value in values.items() if key in wanted}


def _with_signature(
    handler: Callable[..., Any], path: str, returns: Any, data: type[msgspec.Struct] | None = None
) -> Callable[..., Any]:
    """The handler with the signature its path spells, so that Litestar parses and documents each parameter."""
    parameters = [inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)]
    for name, kind in PATH_PARAMETER.findall(path):
        if name != "slug":
            parameters.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=FromPath[TYPES[kind]]))
    if data is not None:
        parameters.append(inspect.Parameter("data", inspect.Parameter.KEYWORD_ONLY, annotation=JSONBody[data]))

    async def called(**values: Any) -> Any:
        return await handler(values.pop("request"), **values)

    signature = inspect.Signature(parameters, return_annotation=returns)
    setattr(called, "__signature__", signature)  # noqa: B010 - checkers know no such attribute of a function
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters} | {"return": returns}
    return called


def _returns(load: Callable[..., Any]) -> Any:
    """What the service says it gives, for the API's description."""
    returned = get_type_hints(load).get("return", Any)
    return Response[Any] if returned in (File, Printout) else returned


def _summary(function: Callable[..., Any]) -> str:
    return (inspect.getdoc(function) or function.__name__).partition("\n")[0]
