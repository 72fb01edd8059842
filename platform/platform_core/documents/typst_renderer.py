"""PDF through typst: one warm compiler per thread, the paper handed over as data."""

from pathlib import Path
from threading import local

import msgspec
import typst

from platform_core.documents import editions
from platform_core.documents.typesetting import Tree

FONTS = Path(__file__).parent / "fonts"


class FontsMissing(RuntimeError):
    """The letters of the papers were not fetched when the product was built."""


class TypstRenderer:
    """Sets trees of papers as PDF. A compiler keeps what it has worked out, so each thread holds on to its own."""

    def __init__(self, fonts: Path = FONTS) -> None:
        if not any(fonts.glob("*.ttf")):
            raise FontsMissing(
                f"No letters in {fonts.name}/: install the project again, so that its build fetches them."
            )
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[fonts])
        self._own = local()

    def pdf(self, tree: Tree, edition: int = editions.CURRENT) -> bytes:
        """The paper as PDF with tags for screen readers; the same tree gives the same bytes."""
        data = msgspec.json.encode(tree).decode()
        content = self._compiler(edition).compile(format="pdf", sys_inputs={"paper": data})
        assert isinstance(content, bytes)
        return content

    def _compiler(self, edition: int) -> typst.Compiler:
        compilers: dict[int, typst.Compiler] = self._own.__dict__.setdefault("compilers", {})
        if edition not in compilers:
            layout = editions.layout(edition, "paper.typ")
            compilers[edition] = typst.Compiler(
                layout, root=layout.parent, font_paths=self._fonts, ignore_system_fonts=True
            )
        return compilers[edition]
