"""The project's own rules, each with a good and a bad sample in `samples/`: `python deploy/lint/rules.py [FOLDER…]`.

A rule takes a Source and yields (line, why). What ruff, the type checker and import-linter can say is left to them.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from reading import Finding, Source, dotted, last_name
from sql_text import is_fixed, sql_of

ROOT = Path(__file__).resolve().parents[2]
NAMED_FOLDERS = ("platform", "tenants", "plugins")
FOLDERS = (*NAMED_FOLDERS, "migrations")
Found = Iterator[tuple[int, str]]
Rule = Callable[[Source], Found]

CLOCKS = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic"})
CHANGES = frozenset({"append", "add", "update", "setdefault", "pop", "popitem", "clear", "extend", "insert", "remove",
                     "discard", "appendleft"})
TELLS = frozenset({"exception", "error", "warning", "critical", "info", "debug"})
MUTABLE = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
METAPHORS = {
    "deed": "action", "door": "startup, request", "figure": "fact", "gate": "middleware, check", "glance": "dashboard",
    "hole": "injection, gap", "house": "project, tenants", "maker": "factory", "room": "module", "shelf": "folder",
    "shelve": "folder", "telling": "problem details", "wall": "row security, isolation",
}
"""A word of a name, without the s of the plural → what an engineer would search for."""
METAPHOR_NAMES = {"Answers": "ExceptionHandlers", "Outer": "middleware", "came_from": "referrer"}
PARTS_OF_A_NAME = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
SESSION_SET = re.compile(r"(?:^|;)\s*SET\s+(?!LOCAL\b|CONSTRAINTS\b|TRANSACTION\b)\w+|set_config\([^)]*,\s*false\s*\)")


def string_built_sql(source: Source) -> Found:
    """SQL is text that stands in the source; what people send goes in as a bind parameter."""
    for call, _name in source.calls():
        sql = sql_of(call)
        if sql is not None and not is_fixed(sql, source):
            yield call.lineno, "SQL put together from values: use $1, $2 … or constants of the module"


def piccolo_batch(source: Source) -> Found:
    """Piccolo's cursor opens a connection that has entered no body."""
    for call, name in source.calls():
        if name == "batch" and isinstance(call.func, ast.Attribute):
            yield call.lineno, ".batch() leaves the transaction of the request: page instead"


def gather_in_request(source: Source) -> Found:
    """One request has one connection; two queries at once break it."""
    for call, name in source.calls():
        if name in ("gather", "TaskGroup", "create_task") and dotted(call.func).startswith("asyncio."):
            yield call.lineno, f"asyncio.{name} runs queries of one transaction side by side: await one after another"


def naive_now(source: Source) -> Found:
    """The machine's zone is not Viet Nam's: moments carry a zone, the day comes from `ports().today()`."""
    for call, _name in source.calls():
        called = ".".join(dotted(call.func).split(".")[-2:])
        if called in ("datetime.utcnow", "datetime.today", "date.today"):
            yield call.lineno, f"{called}() speaks of the machine's zone: ports().today(), or datetime.now(zone)"
        elif called == "datetime.now" and not call.args and not call.keywords:
            yield call.lineno, "datetime.now() without a zone"


def clock_in_rules(source: Source) -> Found:
    """`rules/` decide over plain values: the day is one of them."""
    if "/rules/" not in f"/{source.path}":
        return
    for call, _name in source.calls():
        if ".".join(dotted(call.func).split(".")[-2:]) in CLOCKS:
            yield call.lineno, "a rule looks at a clock: take the day as an argument"


def table_raw(source: Source) -> Found:
    """`Table.raw` knows no body and eats literal braces."""
    for call, name in source.calls():
        if name == "raw" and isinstance(call.func, ast.Attribute):
            yield call.lineno, ".raw() carries no tenant_id: use tenancy.query"


def keys_by_piccolo(source: Source) -> Found:
    """Keys and references carry `tenant_id`; Piccolo's do not and cascade by default."""
    for call, name in source.calls():
        if name == "ForeignKey":
            yield call.lineno, "a reference between tenant tables is Reference(…) in protect(), the column a plain UUID"
        if any(keyword.arg == "unique" and getattr(keyword.value, "value", None) is True for keyword in call.keywords):
            yield call.lineno, "unique=True forgets tenant_id: name it in protect(unique=…)"


def swallowed_fault(source: Source) -> Found:
    """Whoever catches everything logs it, passes it on or raises."""
    for node in source.nodes:
        if isinstance(node, ast.ExceptHandler) and _catches_all(node) and not _tells_or_raises(node):
            yield node.lineno, "a fault of any kind disappears here: catch the kind you mean, log it or raise"


def _catches_all(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or last_name(kind) in ("Exception", "BaseException") for kind in kinds)


def _tells_or_raises(handler: ast.ExceptHandler) -> bool:
    inside = [node for statement in handler.body for node in ast.walk(statement)]
    calls = [node for node in inside if isinstance(node, ast.Call)]
    passed_on = any(isinstance(part, ast.Name) and part.id == handler.name for call in calls for part in ast.walk(call))
    return passed_on or any(isinstance(node, ast.Raise) for node in inside) or any(
        last_name(call.func) in TELLS for call in calls)


def print_in_package(source: Source) -> Found:
    """The product speaks through click, the log and its pages."""
    for call, name in source.calls():
        if name == "print" and isinstance(call.func, ast.Name):
            yield call.lineno, "print(): use click.echo in a command, the log elsewhere"


def session_set(source: Source) -> Found:
    """A setting that outlives its transaction would reach the next visitor of the connection."""
    for line, text in source.texts():
        if SESSION_SET.search(text):
            yield line, "a setting for the session: SET LOCAL, or set_config(…, true)"


def ignore_without_reason(source: Source) -> Found:
    """A silenced checker names the rule and gives the reason, on the line or the one above."""
    for line, comment in source.comments.items():
        silenced = re.match(r"#\s*(?:type|pyright): ignore(?P<rule>\[[\w, -]+\])?(?P<rest>.*)", comment)
        if silenced and not (silenced["rule"] and (len(silenced["rest"]) > 10 or source.words_about(line)[1])):
            yield line, "name the rule and say why: `# pyright: ignore[rule]  # the reason`"


def module_state(source: Source) -> Found:
    """Several processes answer requests: what one of them remembers is never the truth."""
    kept = {target.id for node in source.tree.body if isinstance(node, (ast.Assign, ast.AnnAssign))
            and _is_mutable(node.value) and not source.allows(node.lineno, "module-state")
            for target in _targets(node) if isinstance(target, ast.Name)}
    for node in source.nodes:
        if isinstance(node, ast.Global):
            yield node.lineno, f"global {', '.join(node.names)}: state of one process"
        elif (name := _changed_name(node)) in kept and source.function_around(node):
            yield node.lineno, f"{name} of the module is changed while the process runs"


def _is_mutable(value: ast.expr | None) -> bool:
    made = isinstance(value, ast.Call) and last_name(value.func) in ("dict", "list", "set", "defaultdict", "deque")
    return made or isinstance(value, MUTABLE)


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _changed_name(node: ast.AST) -> str:
    """The name whose content a statement changes: `kept[x] = …`, `del kept[x]`, `kept.append(…)`."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
        return node.value.id if isinstance(node.value, ast.Name) else ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
        return node.func.value.id if isinstance(node.func.value, ast.Name) else ""
    return ""


def metaphor(source: Source) -> Found:
    """Names are terms of the field; the words of a module's own name are terms of its domain."""
    top, _slash, inside = source.path.partition("/")
    if top not in NAMED_FOLDERS:
        return
    domain = set(_words_of(inside.partition("/")[0])) if top == "plugins" else set()
    names = [(1, inside.removesuffix(".py")), *(one for node in source.nodes for one in _names_given(node))]
    for line, name in names:
        for word in set(_words_of(name)) - domain:
            if word in METAPHORS:
                yield line, f"{name}: {word} is a metaphor: {METAPHORS[word]}"
        if name in METAPHOR_NAMES:
            yield line, f"{name}: {METAPHOR_NAMES[name]}"


def _words_of(name: str) -> list[str]:
    return [part.lower().removesuffix("s") for part in PARTS_OF_A_NAME.findall(name)]


def _names_given(node: ast.AST) -> Found:
    """The names that a node gives to something, with their lines."""
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            yield node.lineno, node.name
        case ast.arg():
            yield node.lineno, node.arg
        case ast.Name(ctx=ast.Store()):
            yield node.lineno, node.id
        case ast.Attribute(ctx=ast.Store()):
            yield node.lineno, node.attr
        case ast.alias(asname=str() as name):
            yield node.lineno, name


RULES: dict[str, Rule] = {
    rule.__name__.replace("_", "-"): rule
    for rule in (string_built_sql, piccolo_batch, gather_in_request, naive_now, clock_in_rules, table_raw,
                 keys_by_piccolo, swallowed_fault, print_in_package, session_set, ignore_without_reason, module_state,
                 metaphor)
}


def findings(source: Source, rules: Iterable[str] = RULES) -> list[Finding]:
    """What the rules find in one file and the file does not allow itself with a reason."""
    return sorted({Finding(source.path, line, rule, why) for rule in rules for line, why in RULES[rule](source)
                   if not source.allows(line, rule)})


def check(folders: Iterable[Path], root: Path = ROOT) -> list[Finding]:
    """Every finding in the Python files below some folders."""
    files = sorted(file for folder in folders for file in folder.rglob("*.py"))
    return [one for file in files for one in findings(Source.of(file, root))]


def main(arguments: list[str]) -> int:
    """Print every finding; exit code 1 when there is one."""
    found = check([Path(one).resolve() for one in arguments] or [ROOT / folder for folder in FOLDERS])
    sys.stdout.writelines(f"{one}\n" for one in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
