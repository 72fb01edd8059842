"""PDF through typst: one warm compiler per thread, the paper handed over as data."""

from pathlib import Path
from threading import local

import msgspec
import typst

from platform_core.documents.typesetting import Tree

_HERE = Path(__file__).parent
FONTS = _HERE / "fonts"


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

    def pdf(self, tree: Tree) -> bytes:
        """The paper as PDF with tags for screen readers."""
        data = msgspec.json.encode(tree).decode()
        content = self._compiler().compile(format="pdf", sys_inputs={"paper": data})
        assert isinstance(content, bytes)
        return content

    def _compiler(self) -> typst.Compiler:
        if not hasattr(self._own, "compiler"):
            layout = _HERE / "layouts" / "paper.typ"
            self._own.compiler = typst.Compiler(
                layout, root=layout.parent, font_paths=self._fonts, ignore_system_fonts=True
            )
        return self._own.compiler
