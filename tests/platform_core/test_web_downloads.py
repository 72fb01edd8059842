"""A download says once what it is, whatever it is, and is called by a name that every disk takes."""

import httpx
import pytest
from litestar import Litestar, get
from litestar.response import Response

from platform_core.documents.renderer import MEDIA_TYPES
from platform_core.web.route_factory import download
from plugin_api.files import KINDS
from plugin_api.papers import File

pytestmark = pytest.mark.anyio
SENT = {kind.media_type for kind in KINDS.values()} | set(MEDIA_TYPES.values())
HEADERS = {media_type: media_type for media_type in SENT} | {
    "text/plain": "text/plain; charset=utf-8", "text/csv": "text/csv; charset=utf-8",
    "text/csv; charset=utf-16": "text/csv; charset=utf-16", "text/html; Charset=UTF-8": "text/html; Charset=UTF-8",
}  # fmt: skip


async def sent(response):
    @get("/", sync_to_thread=False)
    def send() -> Response[bytes]:
        return response

    async with httpx.AsyncClient(transport=httpx.ASGITransport(Litestar([send])), base_url="http://x.test") as client:
        return await client.get("/")


@pytest.mark.parametrize("media_type", sorted(HEADERS))
async def test_the_media_type_and_the_charset_stand_once(media_type):
    answer = await sent(download(File("a", "a", media_type, b"\xc4\x83")))
    assert answer.headers.get_list("content-type") == [HEADERS[media_type]]
    assert answer.content == b"\xc4\x83"


async def test_the_framework_alone_would_say_it_twice():
    """Negative control."""
    answer = await sent(Response(b"", media_type="text/plain; charset=utf-8"))
    assert answer.headers["content-type"].count("charset") == 2


async def test_the_name_survives_and_can_not_end_its_header():
    answer = await sent(download(File('a".exe', "Báo cáo “quý”\r\nset-cookie: a=b.pdf", "application/pdf", b"")))
    assert answer.headers.get_list("content-disposition") == [
        "attachment; filename=\"a-.exe\"; filename*=UTF-8''B%C3%A1o%20c%C3%A1o%20%E2%80%9Cqu%C3%BD%E2%80%9D"
        "set-cookie-%20a%3Db.pdf"
    ]
    assert "set-cookie" not in answer.headers
