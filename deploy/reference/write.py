"""The reference for authors of modules, out of docstrings and comments: `python deploy/reference/write.py`.

Writes `deploy/reference.md`; a contract test says when that is no longer what this makes.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from platform_core.access.roles import ROLES

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "deploy" / "reference.md"
CONTRACT, TENANCY = ROOT / "platform" / "plugin_api", ROOT / "tenants" / "tenancy"
WEB = ROOT / "platform" / "platform_core" / "web"
PROGRAMS = ("hookspecs", "file_opening")
"""Modules of the contract that are no names to import: the hooks have a part of their own, the other is a program."""
FOR_MODULES = ("tables", "protection", "migrations", "query", "faults", "transaction", "context", "paper_signs")
"""What a module, its migrations and its tests take from tenancy."""
TEMPLATE_NAMES = {
    "_": "`_(\"…\")`, `_(\"… %(name)s\", name=…)`: the sentence in the reader's language",
    "ngettext": "`ngettext(one, many, count)`: the same by number",
    "static": "`static(path)`: the address of a static file of the core",
    "shell": "the frame and who reads: `shell.person_name`, `shell.body`, `shell.language`, `shell.csrf_token`",
    "forms": "what the form macros know of the Struct behind an action",
    "url": "`url(\"module.view\", **values)`: the address of an endpoint in the body at hand",
    "new_key": "`new_key()`: a key for one press of one button; `ui.form` brings one",
    "date": "`date(day)` as Viet Nam writes it",
    "moment": "`moment(when)`: day and time in Viet Nam",
    "number": "`number(value)` with the decimal comma",
    "frame": "the frame of the page; `layout.html` uses it",
    "pairs": "filter `items|pairs(value, label)`: choices for a form",
}
PLACES = """
| What | Where in the distribution | Found by |
|---|---|---|
| the module | `[project.entry-points."thidua.plugins"]` in `pyproject.toml`: `NAME = "NAME.plugin"` | the entry point |
| templates | `NAME/templates/NAME/*.html`; a `View` names `NAME/page.html` | lying beside `plugin.py` |
| translations | `NAME/locales/en/LC_MESSAGES/NAME.po`; no compiled copies | lying beside `plugin.py` |
| tables | `NAME/piccolo_app.py` with `APP_CONFIG`, an `AppConfig` called `NAME` | `tables` in the manifest |
| migrations | `NAME/migrations/*.py` | `APP_CONFIG`: `Path(__file__).parent / "migrations"` |
| tests | `tests/` beside `src/`, `pytest_plugins = ["plugin_api.pytest"]` in the top `conftest.py` | pytest |

All of it has to be in the wheel. `thidua plugin new NAME` writes a distribution laid out so.
"""
INTRODUCTION = """# Reference for authors of modules

Made by `python deploy/reference/write.py` out of docstrings and comments; a test says when it is out of date. A module
imports `plugin_api` and `tenancy`, nothing else of the project. How to begin:
[Start a module](../README.md#start-a-module).
"""
MACRO = re.compile(r"((?:\{#(?:(?!#\}).)*#\}\n)*)\{%-?\s*macro (\w+)\((.*?)\)\s*-?%\}", re.DOTALL)
EXPORTED = re.compile(r"\{# ([^\n]+) #\}|\{% set (\w+) = (\w+)\.(\w+) %\}")
Named = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def page() -> str:
    """The whole page."""
    parts = [
        INTRODUCTION,
        "## Hooks\n\nA module implements those it needs with `@hookimpl`; *async* ones return an awaitable.\n",
        *hooks(),
        "## `plugin_api`\n",
        *(module_part("plugin_api", CONTRACT / f"{name}.py") for name in modules()),
        "## `tenancy`\n",
        *(module_part("tenancy", TENANCY / f"{name}.py") for name in FOR_MODULES),
        "## Macros\n\n`{% import \"macros.html\" as ui %}`, then `ui.text(…)`.\n",
        *macros(),
        "## What a template gets\n",
        *template_part(),
        "## Role keys\n\nFor `grants` of the manifest and for `plugin_api.pytest`.\n",
        *roles(),
        f"## Where things of an outside distribution lie\n{PLACES}",
    ]
    return "\n".join(parts)


def modules() -> list[str]:
    """The modules of the contract that have names to import, by name."""
    return sorted(file.stem for file in CONTRACT.glob("*.py") if file.stem not in ("__init__", *PROGRAMS))


def tree_of(file: Path) -> ast.Module:
    """A source file, read and not run."""
    return ast.parse(file.read_text(encoding="utf-8"))


def hooks() -> Iterator[str]:
    """Each hook with all of its docstring."""
    for node in tree_of(CONTRACT / "hookspecs.py").body:
        if isinstance(node, ast.FunctionDef):
            told = ast.get_docstring(node) or ""
            lines = re.sub(r"\n(?!Return:|If it fails:)", " ", told).splitlines()
            yield f"### `{node.name}`\n\n`{signature(node)}`\n\n" + "\n".join(f"- {line}" for line in lines) + "\n"


def module_part(package: str, file: Path) -> str:
    """A module: what it is for, and its public names."""
    tree = tree_of(file)
    told = ast.get_docstring(tree) or ""
    about = told.replace("\n- ", "\n\n- ", 1) if file.stem == "pytest" else first_sentence(told)
    return f"### `{package}.{file.stem}`\n\n{about}\n\n" + "".join(f"{line}\n" for line in names(tree))


def names(tree: ast.Module) -> Iterator[str]:
    """A line for each public name: functions, classes with their public methods, constants that are described."""
    yield from reexported(tree)
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, Named) and not node.name.startswith("_"):
            yield f"- `{signature(node)}`{described(node)}"
            yield from methods(node)
        elif (name := constant(node)) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            yield f"- `{name}` – {first_sentence(str(after.value.value))}"


def reexported(tree: ast.Module) -> Iterator[str]:
    """Names that a module of the contract passes on from tenancy."""
    passed_on = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module]
    if any(constant(node) == "__all__" for node in tree.body):
        for node in passed_on:
            there = {one.name: one for one in tree_of(TENANCY / f"{str(node.module).rpartition('.')[2]}.py").body
                     if isinstance(one, Named)}
            for name in (alias.name for alias in node.names):
                yield f"- `{signature(there[name])}`{described(there[name])}" if name in there else f"- `{name}`"


def methods(node: Named) -> Iterator[str]:
    """The public methods of a class that say what they do."""
    for one in node.body if isinstance(node, ast.ClassDef) else ():
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and not one.name.startswith("_"):
            yield f"  - `{signature(one)}`{described(one)}"


def described(node: Named) -> str:
    """What a name is for, in one sentence."""
    told = ast.get_docstring(node)
    return f" – {first_sentence(told)}" if told else ""


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, on one line."""
    paragraph = " ".join(text.partition("\n\n")[0].split())
    return re.split(r"(?<=[.:;])\s(?=[A-ZĐ`])", paragraph, maxsplit=1)[0]


def signature(node: Named) -> str:
    """How it is called."""
    if isinstance(node, ast.ClassDef):
        return f"class {node.name}"
    given = ast.unparse(node.args)
    waits = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    if isinstance(node.returns, ast.expr):
        return f"{waits}{node.name}({given}) -> {ast.unparse(node.returns)}"
    return f"{waits}{node.name}({given})"


def constant(node: ast.stmt) -> str:
    """The public name that an assignment gives, "" for anything else."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    named = [one.id for one in targets if isinstance(one, ast.Name)]
    return named[0] if named and (named[0] == "__all__" or not named[0].startswith("_")) else ""


def macros() -> Iterator[str]:
    """The macros that `macros.html` offers, in its order and under its headings."""
    folder = WEB / "templates" / "macros"
    there = {(file.stem, found[2]): (found[3], found[1]) for file in sorted(folder.glob("*.html"))
             for found in MACRO.finditer(file.read_text(encoding="utf-8"))}
    for found in EXPORTED.finditer((folder.parent / "macros.html").read_text(encoding="utf-8")):
        if found[1]:
            yield f"### {found[1]}\n"
            continue
        given, comments = there[found[3], found[4]]
        yield f"#### `ui.{found[2]}({given})`\n" + comment_text(comments)


def comment_text(comments: str) -> str:
    """The words of Jinja comments as lines of a list; nothing where there is none."""
    lines = re.sub(r"\{#|#\}", "", comments).strip().splitlines()
    return "".join(f"\n- {line.strip()}" for line in lines if line.strip()) + "\n"


def template_part() -> Iterator[str]:
    """The fields of what was loaded, and the names that every template knows."""
    context = next(node for node in tree_of(WEB / "view_page.py").body
                   if isinstance(node, ast.FunctionDef) and node.name == "page_context")
    yield f"{' '.join((ast.get_docstring(context) or '').split())}\n\nEverywhere:\n"
    yield "\n".join(f"- `{name}` – {words}" for name, words in TEMPLATE_NAMES.items()) + "\n"


def roles() -> Iterator[str]:
    """The keys of roles."""
    yield "| Key | Title | Held in | Bodies |\n|---|---|---|---|"
    for role in ROLES:
        place, kinds = "one unit" if role.scoped else "the body", ", ".join(sorted(role.kinds))
        yield f"| `{role.key}` | {role.title} | {place} | {kinds} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
