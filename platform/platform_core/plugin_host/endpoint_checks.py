"""What must hold of an endpoint before the application starts: its path, its function's parameters, where it leads."""

import inspect
import re
from collections.abc import Iterator, Mapping

from plugin_api.endpoints import Action, Endpoint, View, path_parameters
from plugin_api.manifest import Manifest

PATH = re.compile(r"^(?:/(?:[a-z0-9-]+|\{[a-z_]+:(?:uuid|int|str)\}))*$")


def endpoint_faults(manifest: Manifest, known: Mapping[str, Endpoint]) -> Iterator[str]:
    """Every fault of a module's endpoints; `known` are those of all modules by name."""
    taken: dict[tuple[type[Endpoint], str], str] = {}
    for endpoint in manifest.endpoints:
        where = f"{manifest.name}: endpoint {endpoint.name}"
        other = taken.setdefault((type(endpoint), endpoint.path), endpoint.name)
        if other != endpoint.name:
            yield f"{where}: {other} has the same path: {endpoint.path or '(none)'}"
        if not PATH.match(endpoint.path):
            yield f"{where}: not a path like /tasks/{{task_id:uuid}}: {endpoint.path}"
        yield from (f"{where}: {fault}" for fault in _parameter_faults(endpoint))
        if isinstance(endpoint, Action):
            target = endpoint.then.partition("#")[0]
            if not isinstance(known.get(target), View):
                yield f"{where}: leads to a view that does not exist: {target}"


def navigation_faults(manifest: Manifest, known: Mapping[str, Endpoint]) -> Iterator[str]:
    """An entry of the menu leads to a page of the module that needs no ids."""
    for item in manifest.navigation:
        view = known.get(item.view)
        if not isinstance(view, View) or path_parameters(view):
            yield f"{manifest.name}: navigation: {item.view} is not a view without parameters in its path"


def record_faults(manifest: Manifest, known: Mapping[str, Endpoint]) -> Iterator[str]:
    """Every fault of what a module declares for the trail: its pages exist, and a row is part of a declared table."""
    declared = {record.table for record in manifest.records}
    for record in manifest.records:
        where = f"{manifest.name}: record {record.table}"
        if record.view and not isinstance(known.get(record.view), View):
            yield f"{where}: shown on a view that does not exist: {record.view}"
        for table in sorted(set(record.parents.values()) - declared):
            yield f"{where}: part of a table that is not declared: {table}"


def _parameter_faults(endpoint: Endpoint) -> Iterator[str]:
    """The function takes the actor, what the path names, and the data or query that is declared: no more, no less."""
    function = endpoint.run if isinstance(endpoint, Action) else endpoint.load
    declared = endpoint.data if isinstance(endpoint, Action) else endpoint.query
    extra = "data" if isinstance(endpoint, Action) else "query"
    given = [*path_parameters(endpoint), *([extra] if declared is not None else [])]
    parameters = list(inspect.signature(function).parameters.values())
    taken, names = parameters[1:], [parameter.name for parameter in parameters]
    if names[:1] != ["actor"]:
        yield f"{function.__name__} does not take the actor first"
    yield from (f"{function.__name__} does not take {name}" for name in given if name not in names)
    for parameter in taken:
        if parameter.default is parameter.empty and parameter.name not in given:
            yield f"{function.__name__} wants {parameter.name}, which nobody gives"
