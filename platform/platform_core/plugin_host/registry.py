"""The registry of modules: loaded from entry points, checked as a whole, every fault named at once, then frozen."""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

import pluggy
from msgspec import Struct

from platform_core.plugin_host.endpoint_checks import endpoint_faults, navigation_faults, record_faults
from plugin_api import CONTRACT, hookspecs
from plugin_api.endpoints import SIGNED_IN, Endpoint
from plugin_api.manifest import Manifest, RoleTemplate

GROUP = "thidua.plugins"
NAME = re.compile(r"^[a-z][a-z0-9_]{2,40}$")


class RegistryError(Exception):
    """The modules can't be composed; `faults` names everything that is wrong."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class Registry:
    """All modules of this process, in order of need; nothing changes once it stands."""

    manager: pluggy.PluginManager
    manifests: dict[str, Manifest]
    plugins: dict[str, Any]
    roles: dict[str, RoleTemplate]
    endpoints: dict[str, tuple[Manifest, Endpoint]] = field(default_factory=dict)

    def permissions(self) -> list[str]:
        """Every declared permission, sorted."""
        return sorted(permission.value for manifest in self.manifests.values() for permission in manifest.permissions)

    def guarded(self) -> frozenset[str]:
        """The permissions that open or decide what is other people's, of all modules."""
        return frozenset(str(permission) for manifest in self.manifests.values() for permission in manifest.guarded)

    def switchable(self) -> list[Manifest]:
        """The modules a body can switch on and off: all but the core."""
        return [manifest for manifest in self.manifests.values() if manifest.name != "core"]


def installed_plugins() -> list[ModuleType]:
    """The modules that installed distributions announce, sorted by name.

    Raises RegistryError naming each that can't be imported.
    """
    found, faults = [], []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            found.append(entry.load())
        except (Exception, SystemExit) as fault:
            faults.append(f"{entry.name}: can't be imported ({type(fault).__name__}: {fault})")
    if faults:
        raise RegistryError(faults)
    return found


def build_registry(plugins: Iterable[Any], roles: Sequence[RoleTemplate], trace: Any = None) -> Registry:
    """Compose modules. Raises RegistryError with every fault; `trace` gets a line for every hook call when given."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    faults: list[str] = []
    found: dict[str, tuple[Any, Manifest]] = {}
    for plugin in plugins:
        try:
            manifest = plugin.module_manifest()
        except Exception as fault:
            faults.append(f"{getattr(plugin, '__name__', plugin)}: no manifest ({type(fault).__name__}: {fault})")
            continue
        if manifest.name in found:
            faults.append(f"{manifest.name}: two modules have this name")
            continue
        found[manifest.name] = (plugin, manifest)
        try:
            manager.register(plugin, name=manifest.name)
        except pluggy.PluginValidationError as fault:
            faults.append(f"{manifest.name}: {str(fault).splitlines()[-1]}")
    if trace is not None:
        manager.trace.root.setwriter(trace)
        manager.enable_tracing()
    manifests = {name: manifest for name, (_, manifest) in found.items()}
    role_keys = {role.key: role for role in roles}
    faults += _pending_hooks(manager)
    for manifest in manifests.values():
        faults += list(_faults_of(manifest, manifests, role_keys))
    endpoints = {one.name: (manifest, one) for manifest in manifests.values() for one in manifest.endpoints}
    known = {name: one for name, (_manifest, one) in endpoints.items()}
    for manifest in manifests.values():
        faults += [
            *endpoint_faults(manifest, known),
            *navigation_faults(manifest, known),
            *record_faults(manifest, known),
        ]
    faults += _duplicates(manifests.values())
    faults += _circles(manifests)
    if faults:
        raise RegistryError(faults)
    registry = Registry(
        manager, _by_need(manifests), {name: plugin for name, (plugin, _) in found.items()}, role_keys, endpoints
    )
    manager.check_pending()
    _start(registry)
    return registry


def _start(registry: Registry) -> None:
    """Tell each module that the registry stands. Raises RegistryError naming each that fails."""
    faults = []
    for name, manifest in registry.manifests.items():
        others = [plugin for other, plugin in registry.plugins.items() if other != name]
        try:
            registry.manager.subset_hook_caller("plugin_started", others)(manifest=manifest)
        except Exception as fault:
            faults.append(f"{name}: plugin_started failed ({type(fault).__name__}: {fault})")
    if faults:
        raise RegistryError(faults)


def _pending_hooks(manager: pluggy.PluginManager) -> list[str]:
    known = {
        name for name, _ in inspect.getmembers(hookspecs) if getattr(getattr(hookspecs, name), "thidua_spec", None)
    }
    faults = []
    for name, plugin in manager.list_name_plugin():
        for attribute in dir(plugin):
            marked = getattr(getattr(plugin, attribute, None), "thidua_impl", None)
            if marked is not None and attribute not in known:
                faults.append(f"{name}: there is no hook called {attribute}")
    return faults


def _faults_of(manifest: Manifest, all_of: dict[str, Manifest], roles: dict[str, RoleTemplate]) -> Iterable[str]:
    name = manifest.name
    if not NAME.match(name):
        yield f"{name}: a module's name is a Python package name in lower case"
    declared = {permission.value for permission in manifest.permissions}
    for permission in sorted(declared):
        if not permission.startswith(f"{name}."):
            yield f"{name}: permission {permission} must start with {name}."
    for permission in sorted(declared - set(manifest.permission_titles)):
        yield f"{name}: permission {permission} has no title"
    for role, granted in manifest.grants.items():
        if role not in roles:
            yield f"{name}: grants to a role nobody has: {role}"
        for permission in sorted(set(granted) - declared):
            yield f"{name}: grants {role} an undeclared permission: {permission}"
    for permission in sorted({str(one) for one in manifest.guarded} - declared):
        yield f"{name}: guards an undeclared permission: {permission}"
    if manifest.contract != CONTRACT:
        yield f"{name}: made for contract {manifest.contract}, this platform has contract {CONTRACT}"
    for permission in sorted({str(fact.permission) for fact in manifest.facts if fact.permission} - declared):
        yield f"{name}: a fact takes an undeclared permission: {permission}"
    settings = getattr(manifest.config, "__struct_fields__", ())
    for condition in manifest.conditions:
        for permission in sorted({str(condition.permission), *map(str, condition.without)} - declared):
            yield f"{name}: a condition names an undeclared permission: {permission}"
        if condition.setting and condition.setting not in settings:
            yield f"{name}: the condition of {condition.permission} names no setting: {condition.setting}"
    for needed in sorted(manifest.requires - set(all_of)):
        yield f"{name}: requires a module that is not installed: {needed}"
    for endpoint in manifest.endpoints:
        if not endpoint.name.startswith(f"{name}."):
            yield f"{name}: endpoint {endpoint.name} must start with {name}."
        if endpoint.permission != SIGNED_IN and endpoint.permission not in declared:
            yield f"{name}: endpoint {endpoint.name} names an undeclared permission: {endpoint.permission or 'none'}"
    yield from _config_faults(manifest)


def _config_faults(manifest: Manifest) -> Iterable[str]:
    if not (isinstance(manifest.config, type) and issubclass(manifest.config, Struct)):
        yield f"{manifest.name}: its config is not a msgspec Struct"
        return
    try:
        manifest.config()
    except TypeError:
        yield f"{manifest.name}: every setting needs a default"


def _duplicates(manifests: Iterable[Manifest]) -> list[str]:
    names: dict[str, str] = {}
    faults = []
    for manifest in manifests:
        for endpoint in manifest.endpoints:
            if endpoint.name in names:
                faults.append(f"{manifest.name}: endpoint {endpoint.name} is declared twice")
            names[endpoint.name] = manifest.name
    return faults


def _circles(manifests: Mapping[str, Manifest]) -> list[str]:
    """Modules that need each other, directly or through others: neither could be switched on first."""

    def reached(name: str, seen: frozenset[str]) -> frozenset[str]:
        for needed in manifests[name].requires & manifests.keys() - seen:
            seen = reached(needed, seen | {needed})
        return seen

    circle = sorted(name for name in manifests if name in reached(name, frozenset()))
    return [f"modules that need each other: {', '.join(circle)}"] if circle else []


def _by_need(manifests: dict[str, Manifest]) -> dict[str, Manifest]:
    """Modules after those they require; the core first."""
    ordered: dict[str, Manifest] = {}

    def place(name: str) -> None:
        for needed in sorted(manifests[name].requires):
            place(needed)
        ordered.setdefault(name, manifests[name])

    for name in sorted(manifests, key=lambda one: (one != "core", one)):
        place(name)
    return ordered
