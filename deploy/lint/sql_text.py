"""Is this expression text that stands in the source, whatever a visitor sends?"""

import ast
import re

from reading import Function, Source

CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*$")
"""A module's constant, by its name."""

QUERY_FUNCTIONS = frozenset({"rows", "row", "value", "run"})
QUERY_METHODS = frozenset({"fetch", "fetchrow", "fetchval", "execute", "executemany"})
DDL_WRITERS = frozenset({"protect", "protect_directory", "let_sign_in_read"})
"""What writes the DDL of row security out of names (`tenancy.protection`)."""


def sql_of(call: ast.Call) -> ast.expr | None:
    """The SQL a call takes: the first argument of `rows("…")`, `query.rows("…")`, `connection.fetch("…")`, the third
    of `page_of(query, ORDERS, "…")`; None for every other call."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    place = 2 if name == "page_of" else 0 if _takes_sql(call.func) else None
    return call.args[place] if place is not None and len(call.args) > place else None


def _takes_sql(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in QUERY_FUNCTIONS or function.id == "execute"
    if isinstance(function, ast.Attribute):
        return function.attr in QUERY_METHODS or (function.attr in QUERY_FUNCTIONS
                                                  and getattr(function.value, "id", "") == "query")
    return False


def is_fixed(node: ast.expr, source: Source) -> bool:
    """True for constants, joined constants, choices among constants, and local names that hold nothing else.

    Also fixed, because the possible texts all stand in the source: a look-up in a constant table (`ORDERS[key]`), a
    `Literal` parameter, the declared name of a table (`table._meta.tablename`), and the text that a query function
    passes on: its callers are looked at instead.
    """
    match node:
        case ast.Constant():
            return True
        case ast.Name():
            return bool(CONSTANT.match(node.id)) or _local_is_fixed(node, source)
        case ast.Attribute():
            return bool(CONSTANT.match(node.attr)) or ast.unparse(node).endswith("._meta.tablename")
        case ast.JoinedStr():
            return all(is_fixed(part, source) for part in node.values)
        case ast.FormattedValue():
            return is_fixed(node.value, source)
        case ast.BinOp(op=ast.Add()):
            return is_fixed(node.left, source) and is_fixed(node.right, source)
        case ast.IfExp():
            return is_fixed(node.body, source) and is_fixed(node.orelse, source)
        case ast.Subscript():
            return is_fixed(node.value, source)
        case ast.Call():
            return _chooses(node, source) or _joins(node, source)
        case ast.ListComp(elt=part) | ast.GeneratorExp(elt=part):
            return is_fixed(part, source)
        case ast.Tuple() | ast.List() | ast.Set():
            return all(is_fixed(part, source) for part in node.elts)
        case ast.Dict():
            return all(is_fixed(part, source) for part in node.values)
    return False


def _chooses(call: ast.Call, source: Source) -> bool:
    """`ORDERS.get(key, "name")`, `protect("person", …)`."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if isinstance(call.func, ast.Attribute) and name == "get":
        return is_fixed(call.func.value, source) and all(is_fixed(other, source) for other in call.args[1:])
    chosen = name in DDL_WRITERS or name == "_names_its_body"
    return bool(call.args) and chosen and all(is_fixed(argument, source) for argument in call.args)


def _joins(call: ast.Call, source: Source) -> bool:
    """`", ".join(COLUMNS)`, `LIST.replace("[order]", order)` with an order that is fixed itself."""
    if not (isinstance(call.func, ast.Attribute) and call.func.attr in ("join", "strip", "replace")):
        return False
    return is_fixed(call.func.value, source) and all(is_fixed(other, source) for other in call.args)


def _local_is_fixed(name: ast.Name, source: Source) -> bool:
    """A local name is as fixed as everything it is ever given in its function."""
    function = source.function_around(name)
    given = [] if function is None else _given(name.id, function)
    return bool(given) and all(value is not None and is_fixed(value, source) for value in given)


def _given(name: str, function: Function) -> list[ast.expr | None]:
    """What a name is given in a function; None for what can't be seen (a parameter, an unpacking)."""
    found: list[ast.expr | None] = [_parameter(argument, function) for argument in ast.walk(function.args)
                                    if isinstance(argument, ast.arg) and argument.arg == name]
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=one)], value=value) if one == name:
                found.append(value)
            case ast.AnnAssign(target=ast.Name(id=one), value=value) | ast.AugAssign(
                target=ast.Name(id=one), value=value
            ) if one == name:
                found.append(value)
            case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value) | ast.comprehension(
                target=target, iter=value
            ):
                found += [value if isinstance(target, ast.Name) else None for part in ast.walk(target)
                          if isinstance(part, ast.Name) and part.id == name]
    return found


def _parameter(argument: ast.arg, function: Function) -> ast.expr | None:
    """A parameter is fixed when its type lists its texts, or when it is the SQL that a query function passes on."""
    passed_on = argument.arg == "sql" and function.name in QUERY_FUNCTIONS | {"execute"}
    literal = isinstance(argument.annotation, ast.Subscript) and ast.unparse(argument.annotation.value) == "Literal"
    return ast.Constant("") if passed_on or literal else None
