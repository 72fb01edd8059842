"""The renderer: every paper and sheet of the platform leaves through here, on threads of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from platform_core.documents import editions
from platform_core.documents.docx_renderer import DocxRenderer
from platform_core.documents.naming import full_name, safe_name
from platform_core.documents.typesetting import tree_of
from platform_core.documents.typst_renderer import TypstRenderer
from platform_core.documents.wording import printable
from platform_core.documents.xlsx_renderer import xlsx
from plugin_api.papers import File, Form, Paper, Sheet

Result = TypeVar("Result")

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Renderer:
    """Implements `plugin_api.papers.DocumentRenderer`.

    Two threads: typst keeps both cores busy, and each thread's warm compiler costs memory. Close it when the app stops.
    """

    def __init__(self, threads: int = 2) -> None:
        self._typst = TypstRenderer()
        self._docx = DocxRenderer()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="renderer")

    async def print(self, paper: Paper, form: Form, edition: int = 0) -> File:
        """Lay the paper out as PDF or DOCX, in an edition of the layout or (0) today's."""
        content = await self._aside(lambda: self._set(paper, form, edition or editions.CURRENT))
        return _file(f"{paper.title} {paper.summary}", form, content)

    async def sheet(self, sheet: Sheet) -> File:
        """Write the sheet as XLSX."""
        content = await self._aside(lambda: xlsx(sheet))
        return _file(f"{sheet.title} {sheet.summary}", "xlsx", content)

    def close(self) -> None:
        """Finish what is being printed and let the threads go."""
        self._threads.shutdown()

    def _set(self, paper: Paper, form: Form, edition: int) -> bytes:
        tree = tree_of(paper)
        return self._typst.pdf(tree, edition) if form == "pdf" else self._docx.docx(tree, edition)

    async def _aside(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _file(words: str, form: str, content: bytes) -> File:
    words = printable(words)
    return File(f"{safe_name(words)}.{form}", f"{full_name(words)}.{form}", MEDIA_TYPES[form], content)
