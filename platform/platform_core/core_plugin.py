"""The core's own screens, through the same hooks and declarations as every module."""

from collections.abc import Mapping
from typing import Any

from platform_core.access.matrix import matrix
from platform_core.audit.records import RECORDS
from platform_core.audit.trail import TrailQuery, trail, trail_sheet
from platform_core.dashboard.service import dashboard
from platform_core.drafts import service as drafts
from platform_core.facts.service import FactQuery, fact_list, measured_fact
from platform_core.people import forms, listing, role_requests, service, view
from platform_core.permissions import CONDITIONS, GRANTS, GUARDED, TITLES, Permission
from platform_core.plugin_settings import modules
from platform_core.plugin_settings import page as settings
from platform_core.search.service import SearchQuery, search
from plugin_api.endpoints import SIGNED_IN, Action, Endpoint, View
from plugin_api.hookspecs import hookimpl
from plugin_api.i18n import gettext
from plugin_api.i18n import mark as _
from plugin_api.manifest import Manifest
from plugin_api.shell import NavigationItem

P = Permission


def given_or_asked(made: Mapping[str, Any]) -> str:
    """What is said after a role was given: it is held, or it waits for a second person."""
    if "assignment_id" in made:
        return gettext("Đã trao vai trò: có hiệu lực từ lần bấm tới của người đó.")
    return gettext("Đã ghi đề nghị: vai trò này chờ người thứ hai xác nhận rồi mới có hiệu lực.")


PERSON = "/people/{person_id:uuid}"
SETTINGS = "/modules/{module:str}/settings"
REQUEST = f"{PERSON}/role-requests/{{request_id:uuid}}"
ENDPOINTS: list[Endpoint] = [
    View(name="core.dashboard", path="", permission=SIGNED_IN, load=dashboard, template="dashboard.html"),
    View(
        name="core.people",
        path="/people",
        permission=P.PEOPLE_READ,
        load=listing.people_list,
        query=listing.PeopleQuery,
        template="people.html",
        export=listing.people_sheet,
    ),
    View(name="core.person", path=PERSON, permission=P.PEOPLE_READ, load=view.person_view, template="person.html"),
    Action(
        name="core.person.add",
        path="/people",
        permission=P.PEOPLE_WRITE,
        run=service.add_person,
        data=forms.NewPerson,
        then="core.person",
        done=_("Đã thêm người."),
    ),
    Action(
        name="core.person.edit",
        path=f"{PERSON}/edit",
        permission=P.PEOPLE_WRITE,
        run=service.edit_person,
        data=forms.PersonEdit,
        then="core.person",
        done=_("Đã lưu."),
    ),
    Action(
        name="core.person.appoint",
        path=f"{PERSON}/appointments",
        permission=P.PEOPLE_WRITE,
        run=service.appoint,
        data=forms.NewAppointment,
        then="core.person",
        done=_("Đã ghi chức vụ."),
    ),
    Action(
        name="core.person.end_appointment",
        path=f"{PERSON}/appointments/{{appointment_id:uuid}}/end",
        permission=P.PEOPLE_WRITE,
        run=service.end_appointment,
        data=forms.Ending,
        then="core.person",
        done=_("Đã kết thúc chức vụ."),
    ),
    Action(
        name="core.person.leave",
        path=f"{PERSON}/leave",
        permission=P.PEOPLE_WRITE,
        run=service.leave,
        data=forms.Ending,
        then="core.person",
        done=_("Đã ghi ngày rời đơn vị."),
    ),
    Action(
        name="core.role.give",
        path=f"{PERSON}/roles",
        permission=P.ROLES_ASSIGN,
        run=service.give_role,
        data=forms.NewRole,
        then="core.person",
        done=given_or_asked,
    ),
    Action(
        name="core.role.confirm",
        path=f"{REQUEST}/confirm",
        permission=P.ROLE_CONFIRM,
        run=role_requests.confirm_role,
        data=forms.RoleConfirmation,
        then="core.person",
        done=_("Đã xác nhận: vai trò đã được trao."),
    ),
    Action(
        name="core.role.refuse",
        path=f"{REQUEST}/refuse",
        permission=P.ROLE_CONFIRM,
        run=role_requests.refuse_role,
        data=forms.RoleRefusal,
        then="core.person",
        done=_("Đã từ chối đề nghị."),
    ),
    Action(
        name="core.role.withdraw_request",
        path=f"{REQUEST}/withdraw",
        permission=P.ROLES_ASSIGN,
        run=role_requests.withdraw_request,
        data=forms.SeenVersion,
        then="core.person",
        done=_("Đã rút lại đề nghị."),
    ),
    Action(
        name="core.role.withdraw",
        path=f"{PERSON}/roles/{{assignment_id:uuid}}/withdraw",
        permission=P.ROLES_ASSIGN,
        run=service.withdraw_role,
        data=forms.Ending,
        then="core.person",
        done=_("Đã thu hồi vai trò."),
    ),
    View(
        name="core.search",
        path="/search",
        permission=SIGNED_IN,
        load=search,
        query=SearchQuery,
        template="search.html",
    ),
    View(
        name="core.drafts",
        path="/drafts",
        permission=SIGNED_IN,
        load=drafts.own_drafts,
        query=drafts.DraftQuery,
        template="drafts.html",
    ),
    Action(
        name="core.draft.save",
        path="/drafts",
        permission=SIGNED_IN,
        run=drafts.save_draft,
        data=drafts.DraftText,
        then="core.drafts",
        done=_("Đã lưu nháp."),
    ),
    Action(
        name="core.draft.discard",
        path="/drafts/{draft_id:uuid}/discard",
        permission=SIGNED_IN,
        run=drafts.discard_draft,
        then="core.drafts",
        done=_("Đã bỏ bản nháp."),
    ),
    View(
        name="core.facts",
        path="/facts",
        permission=P.FACTS_READ,
        load=fact_list,
        template="facts.html",
    ),
    View(
        name="core.fact",
        path="/facts/{name:str}",
        permission=P.FACTS_READ,
        load=measured_fact,
        query=FactQuery,
        template="fact.html",
    ),
    View(
        name="core.modules",
        path="/modules",
        permission=P.MODULES_SWITCH,
        load=modules.module_list,
        template="modules.html",
    ),
    Action(
        name="core.module.switch",
        path="/modules/{name:str}",
        permission=P.MODULES_SWITCH,
        run=modules.switch_module,
        data=modules.Switch,
        then="core.modules",
        done=_("Đã lưu."),
    ),
    View(
        name="core.settings",
        path=SETTINGS,
        permission=P.SETTINGS_CHANGE,
        load=settings.settings_page,
        template="settings.html",
    ),
    Action(
        name="core.settings.set",
        path=SETTINGS,
        permission=P.SETTINGS_CHANGE,
        run=settings.set_settings,
        data=settings.SettingsChange,
        then="core.settings",
        done=settings.sentence,
    ),
    Action(
        name="core.settings.reset",
        path=f"{SETTINGS}/reset",
        permission=P.SETTINGS_CHANGE,
        run=settings.reset_settings,
        data=settings.SettingKeys,
        then="core.settings",
        done=settings.sentence,
    ),
    Action(
        name="core.settings.lock",
        path=f"{SETTINGS}/lock",
        permission=P.SETTINGS_CHANGE,
        run=settings.lock_settings,
        data=settings.SettingKeys,
        then="core.settings",
        done=settings.sentence,
    ),
    Action(
        name="core.settings.unlock",
        path=f"{SETTINGS}/unlock",
        permission=P.SETTINGS_CHANGE,
        run=settings.unlock_settings,
        data=settings.SettingKeys,
        then="core.settings",
        done=settings.sentence,
    ),
    View(
        name="core.permissions",
        path="/permissions",
        permission=P.PERMISSIONS_READ,
        load=matrix,
        template="permissions.html",
    ),
    View(
        name="core.trail",
        path="/trail",
        permission=P.TRAIL_READ,
        load=trail,
        query=TrailQuery,
        template="trail.html",
        export=trail_sheet,
    ),
]


NAVIGATION = [
    NavigationItem(_("Việc của tôi"), "core.dashboard", "home", 0),
    NavigationItem(_("Tìm kiếm"), "core.search", "search", 5),
    NavigationItem(_("Người của đơn vị"), "core.people", "users", 10),
    NavigationItem(_("Số liệu"), "core.facts", "chart-bar", 15),
    NavigationItem(_("Mô-đun"), "core.modules", "puzzle", 20),
    NavigationItem(_("Phân quyền"), "core.permissions", "shield-check", 30),
    NavigationItem(_("Nhật ký"), "core.trail", "history", 40),
]


@hookimpl
def module_manifest() -> Manifest:
    """The core as a module; it can't be switched off."""
    return Manifest(
        name="core",
        title=_("Đơn vị"),
        summary=_("Người, vai trò và mô-đun của đơn vị."),
        version="1",
        contract=1,
        permissions=Permission,
        permission_titles={p.value: title for p, title in TITLES.items()},
        grants=GRANTS,
        guarded=GUARDED,
        conditions=CONDITIONS,
        endpoints=ENDPOINTS,
        navigation=NAVIGATION,
        tables="platform_core.people.piccolo_app",
        records=RECORDS,
    )
