"""All or nothing: whatever breaks, at any statement or at COMMIT itself, success is told if and only if it is so."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest
from inside import Backdoor, Inside, Watch
from serving import Serving

pytestmark = pytest.mark.anyio
OWN, ADMIN = "kien-luong", "oanh.qt"
STORED = "SELECT count(*) FROM app.person WHERE code = $1"
TRAIL = "SELECT count(*) FROM audit.log WHERE after ->> 'code' = $1"
BOOKED = "SELECT count(*) FROM app.pressed_key WHERE key = $1"
AT_COMMIT = """
CREATE FUNCTION public.break_at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF NEW.code LIKE 'cut-%' THEN PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(5); END IF;
  IF NEW.code LIKE 'no-%' THEN RAISE EXCEPTION 'refused at the last moment'; END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER broken AFTER INSERT ON app.person DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION public.break_at_commit();
"""
MENDED = "DROP TRIGGER broken ON app.person; DROP FUNCTION public.break_at_commit();"


@pytest.mark.parametrize(("kind", "statuses"), [("cut", {503}), ("no", {500}), ("fine", {200})])
async def test_a_fault_at_commit_is_told_and_leaves_nothing(
    served: Serving, backdoor: Backdoor, kind: str, statuses: set[int]
) -> None:
    codes = [f"{kind}-{uuid4().hex[:12]}" for _ in range(12)]
    await backdoor.execute(AT_COMMIT)
    try:
        async with served.visitor(ADMIN) as client:
            answers = await asyncio.gather(
                *(
                    client.post(
                        f"/api/v1/t/{OWN}/people",
                        json={"code": code, "full_name": "Cam Kết Hỏng"},
                        headers={"idempotency-key": code},
                    )
                    for code in codes
                )
            )
    finally:
        await backdoor.execute(MENDED)
    assert {answer.status_code for answer in answers} == statuses
    for code, answer in zip(codes, answers, strict=True):
        rows = int(answer.is_success)
        assert await backdoor.value(STORED, code) == rows
        assert await backdoor.value(TRAIL, code) == rows
        assert await backdoor.value(BOOKED, code) == rows
        if not rows:
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert "Chưa có gì được lưu" in answer.json()["detail"]
    async with served.visitor(ADMIN) as client:
        again = await client.post(
            f"/api/v1/t/{OWN}/people",
            json={"code": codes[0], "full_name": "Cam Kết Hỏng"},
            headers={"idempotency-key": codes[0]},
        )
    assert again.status_code == 200, "the same press works once the fault is gone"


async def test_a_connection_cut_before_any_statement_is_told_and_leaves_nothing(inside: Inside, watch: Watch) -> None:
    async with inside.visitor(ADMIN) as client:
        for step in range(1, 40):
            code = f"step-{step}"
            watch.statements.clear()

            async def cut_here(connection: asyncpg.Connection, _statement: str, step: int = step) -> None:
                if len(watch.statements) == step:
                    watch.before = None
                    pid = connection.get_server_pid()
                    await inside.backdoor.value("SELECT pg_terminate_backend($1, 2000)", pid)

            watch.before = cut_here
            answer = await client.post(
                f"/api/v1/t/{OWN}/people",
                json={"code": code, "full_name": "Đứt Giữa Chừng"},
                headers={"idempotency-key": f"key-of-{code}"},
            )
            cut, watch.before = watch.before is None, None
            assert answer.status_code == (503 if cut else 200), f"step {step}: {watch.statements[-1]}: {answer.text}"
            assert await inside.backdoor.value(STORED, code) == (0 if cut else 1)
            if not cut:
                break
    assert step > 6, "session, BEGIN, key, look-up, insert, answer, COMMIT were all cut once"
    assert any(statement.endswith("COMMIT") for statement in watch.statements)
