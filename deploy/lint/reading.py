"""What a rule sees of a file: its tree, its comments, where each name was given its value."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ALLOWED = re.compile(r"#\s*lint: allow\(([\w-]+)\):\s*\S")
"""A line that breaks a rule for a reason says so: `# lint: allow(rule): the reason`."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, order=True)
class Finding:
    """A line that breaks a rule."""

    path: str
    line: int
    rule: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.why}"


@dataclass(frozen=True)
class Source:
    """A Python file; `path` is told to people and decides which rules speak."""

    path: str
    text: str

    @classmethod
    def of(cls, file: Path, root: Path) -> "Source":
        """Read a file below `root`."""
        return cls(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8"))

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def comments(self) -> dict[int, str]:
        """Line → comment."""
        read = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {token.start[0]: token.string for token in read if token.type == tokenize.COMMENT}

    def words_about(self, line: int) -> list[str]:
        """The comment on a line, and the one above it when that line is nothing but comment."""
        above = self.text.splitlines()[line - 2].strip() if line > 1 else ""
        return [self.comments.get(line, ""), above if above.startswith("#") else ""]

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    def allows(self, line: int, rule: str) -> bool:
        """Whether the line, or a comment above it, allows itself to break `rule`, with a reason."""
        told = (ALLOWED.search(words) for words in self.words_about(line))
        return any(found is not None and found[1] == rule for found in told)

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call with the last part of what is called."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield node, last_name(node.func)

    def texts(self) -> Iterator[tuple[int, str]]:
        """Every string, formatted ones as a whole with `?` for what is filled in."""
        for node in self.nodes:
            if isinstance(node, ast.JoinedStr):
                yield node.lineno, "".join(str(part.value) if isinstance(part, ast.Constant) else "?"
                                           for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not self._is_piece(node):
                yield node.lineno, node.value

    def _is_piece(self, node: ast.AST) -> bool:
        return isinstance(self.parents.get(node), ast.JoinedStr)

    def function_around(self, node: ast.AST) -> Function | None:
        """The innermost function that a node stands in."""
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, Function):
                return node
        return None


def last_name(node: ast.AST) -> str:
    """`rows` of `query.rows`, `rows` of `rows`, "" of anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.AST) -> str:
    """`asyncio.gather` of that expression; unknown parts are left out."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""
