"""Every request that was answered stands in the access log once the server was stopped."""

import json
from collections.abc import Callable

import pytest
from serving import serving_a_copy

from platform_core.embedded import EmbeddedPostgres

pytestmark = pytest.mark.anyio
ASKED = 25


async def test_a_clean_stop_loses_no_line(postgres: EmbeddedPostgres, make_copy: Callable[[str], object]) -> None:
    with serving_a_copy(postgres, make_copy, "access_log") as serving:
        async with serving.visitor() as client:
            for number in range(ASKED):
                await client.get(f"/no-such-page-{number}")
        serving.stop()
        said = [line for line in serving.log.read_text().splitlines() if '"event": "request"' in line]
    lines = [json.loads(line) for line in said]
    asked = [line for line in lines if line["path"].startswith("/no-such-page-")]
    assert [line["path"] for line in asked] == [f"/no-such-page-{number}" for number in range(ASKED)]
    assert {(line["method"], line["status"], line["level"]) for line in asked} == {("GET", 404, "info")}
    assert all(line["milliseconds"] > 0 and len(line["trace"]) == 32 and line["timestamp"] for line in asked)
