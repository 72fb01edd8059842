"""How much an address takes: little where anybody may send, more for actions, most where a file may come."""

import tracemalloc
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from inside import Inside, composed
from msgspec import Meta, Struct

from platform_core.app import create_app
from platform_core.settings import InstanceSettings
from platform_core.web.faults import TooLarge
from platform_core.web.request_body import (
    ACCOUNT_BYTES,
    ACTION_BYTES,
    DRAINED_BYTES,
    UPLOAD_BYTES,
    most_bytes_of,
    read_body,
)
from plugin_api.forms import Upload

pytestmark = pytest.mark.anyio
MOST = ACCOUNT_BYTES
LIMITS = {ACCOUNT_BYTES: "64 KB", ACTION_BYTES: "1 MB", UPLOAD_BYTES: "12 MB"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
OF_A_FILE = "/t/kien-luong/monthly-rating/tasks/00000000-0000-0000-0000-000000000000/evidence"


@pytest.fixture
async def inside(tenants, database) -> AsyncIterator[Inside]:
    async with composed(tenants, database) as made:
        yield made


class Attached(Struct):
    """A file in a list in a choice."""

    files: Annotated[list[Upload | str] | None, Meta(title="x")] = None


class Line(Struct):
    """Holds itself, and at last a file."""

    text: str
    below: "list[Line]" = []
    attached: Attached | None = None


class Plain(Struct):
    """Holds itself and no file."""

    text: str
    below: "list[Plain]" = []


def test_where_a_file_may_be_is_found_in_the_data() -> None:
    assert [most_bytes_of(kind) for kind in (Upload, Attached, Line)] == [UPLOAD_BYTES] * 3
    assert [most_bytes_of(kind) for kind in (None, Plain)] == [ACTION_BYTES] * 2


def limit_of(handler: Any) -> int:
    return handler.opt.get("most_bytes", ACTION_BYTES)


def test_every_address_outside_a_body_takes_little_and_some_inside_take_files(postgres, template: str) -> None:
    app = create_app(InstanceSettings(data=postgres.folder, database_url=postgres.dsn("app_rt", template)))
    found: dict[str, set[int]] = {"outside": set(), "inside": set()}
    for route in app.litestar.routes:
        for handler in getattr(route, "route_handlers", ()):
            if handler.http_methods & {"POST", "PUT", "PATCH", "DELETE"}:
                place = "inside" if "{slug:str}" in route.path else "outside"
                found[place].add(limit_of(handler))
                if str(route.path).startswith("/static"):
                    assert limit_of(handler) == ACTION_BYTES
    assert found == {"outside": {ACCOUNT_BYTES}, "inside": {ACTION_BYTES, UPLOAD_BYTES}}


@pytest.mark.parametrize("known_length", [True, False])
@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/sign-in", ACCOUNT_BYTES),
        ("/language", ACCOUNT_BYTES),
        ("/change-password", ACCOUNT_BYTES),
        ("/api/v1/session", ACCOUNT_BYTES),
        ("/api/v1/session/password", ACCOUNT_BYTES),
        ("/t/kien-luong/people", ACTION_BYTES),
        ("/api/v1/t/kien-luong/people", ACTION_BYTES),
        (OF_A_FILE, UPLOAD_BYTES),
        ("/api/v1" + OF_A_FILE, UPLOAD_BYTES),
    ],
)
async def test_one_byte_too_many_is_a_sentence_that_names_the_limit(
    inside: Inside, path: str, most: int, known_length: bool
) -> None:
    async def sent(size: int) -> httpx.Response:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"a" * (size // 2)
            yield b"a" * (size - size // 2)

        headers = JSON if path.startswith("/api/") else FORM
        return await client.post(path, content=b"a" * size if known_length else pieces(), headers=headers)

    async with inside.visitor("oanh.qt") as client:
        assert (await sent(most)).status_code != 413, "negative control"
        told = await sent(most + 1)
        assert told.status_code == 413
        assert LIMITS[most] in (told.json()["title"] if path.startswith("/api/") else told.text)


async def test_files_are_taken_only_from_somebody_signed_in(inside: Inside) -> None:
    content = b"a" * (2 * ACTION_BYTES)
    async with inside.visitor() as nobody, inside.visitor("on.dv") as somebody:
        assert (await somebody.post(OF_A_FILE, content=content, headers=FORM)).status_code == 422, "negative control"
        assert (await nobody.post(OF_A_FILE, content=content, headers=FORM)).status_code == 413
        nobody.cookies.set("thidua", "A" * 43)
        assert (await nobody.post(OF_A_FILE, content=content, headers=FORM)).status_code == 413, "no session of ours"


def scope_of(*headers: tuple[bytes, bytes]) -> Any:
    return {"headers": headers}


async def test_a_huge_length_that_is_told_is_refused_before_a_byte_is_read() -> None:
    async def nothing_comes() -> Any:
        raise AssertionError("it was read")

    with pytest.raises(TooLarge):
        await read_body(scope_of((b"content-length", b"%d" % (MOST + DRAINED_BYTES + 1))), nothing_comes, MOST)
    with pytest.raises(AssertionError, match="it was read"):
        await read_body(scope_of((b"content-length", b"%d" % MOST)), nothing_comes, MOST)


@pytest.mark.parametrize("told", [(), ((b"content-length", b"%d" % (32 * 1024 * 1024)),)], ids=["untold", "told"])
async def test_what_is_too_much_is_read_to_its_end_for_the_answer_to_arrive_but_not_kept(told: Any) -> None:
    pieces = iter([True] * 511 + [False])

    async def comes() -> Any:
        return {"type": "http.request", "body": bytes(MOST), "more_body": next(pieces)}

    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            await read_body(scope_of(*told), comes, MOST)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert next(pieces, None) is None, "to its end"
    assert most < 8 * MOST


async def test_who_never_ends_is_refused_all_the_same() -> None:
    sent = 0

    async def comes() -> Any:
        nonlocal sent
        sent += 1024 * 1024
        return {"type": "http.request", "body": bytes(1024 * 1024), "more_body": True}

    with pytest.raises(TooLarge):
        await read_body(scope_of(), comes, MOST)
    assert sent <= MOST + DRAINED_BYTES + 1024 * 1024
