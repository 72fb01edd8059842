"""All that a screen can do, the API can do: a script lives one month, from plan to publication and correction."""

import base64
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.anyio
BASE = "/api/v1/t/kien-luong/monthly-rating"
YEAR = date.today().year
CELL = 10


class Person:
    """A person at the API."""

    def __init__(self, visitor: httpx.AsyncClient, faults: Callable[[], str]) -> None:
        self.visitor = visitor
        self.faults = faults

    async def see(self, path: str, **query: Any) -> Any:
        answer = await self.visitor.get(BASE + path, params=query)
        assert answer.status_code == 200, answer.text + self.faults()
        return answer.json()

    async def do(self, path: str, expected: int = 200, **data: Any) -> Any:
        answer = await self.visitor.post(BASE + path, json=data)
        assert answer.status_code == expected, answer.text + self.faults()
        return answer.json()


@pytest.fixture
async def people(served):
    """The chair (also head), the clerk and everybody else of the cell, by login."""
    logins = ("duc.tq", "ha.pt", "anh.nt", "on.dv", "ha.ht", "hanh.lh", "uoc.tm", "an.dt", "yen.mh", "dat.vt")
    visitors = {login: served.visitor(login) for login in logins}
    yield {login: Person(visitor, served.faults) for login, visitor in visitors.items()}
    for visitor in visitors.values():
        await visitor.aclose()


async def test_a_month_of_kien_luong_by_api(people):
    chair, deputy, clerk, member = people["duc.tq"], people["ha.pt"], people["anh.nt"], people["on.dv"]

    # The year plan: written, returned, corrected, approved.
    plans = await member.see("/plans", year=YEAR)
    unit = plans["units"][0][0]
    plan = (await member.do("/plans/start", unit_id=unit, year=YEAR))["plan_id"]
    last_of_month = date.today().replace(day=28)
    item = {
        "title": "Kiểm sát 100% án hình sự thụ lý",
        "due_on": last_of_month.isoformat(),
        "expected_level": "Đúng hạn, không án trả",
    }
    version = (await member.see(f"/plans/{plan}"))["version"]
    await member.do(f"/plans/{plan}/save", version=version, items=[item])
    await member.do(f"/plans/{plan}/submit", version=(await member.see(f"/plans/{plan}"))["version"])
    await deputy.do(
        f"/plans/{plan}/return",
        version=(await deputy.see(f"/plans/{plan}"))["version"],
        note="Thêm chỉ tiêu kháng nghị.",
    )
    seen = await member.see(f"/plans/{plan}")
    items = [
        {
            "item_id": one["item_id"],
            "title": one["title"],
            "due_on": one["due_on"],
            "expected_level": one["expected_level"],
        }
        for one in seen["items"]
    ]
    await member.do(
        f"/plans/{plan}/save",
        version=seen["version"],
        items=[*items, item | {"title": "Ban hành ít nhất 01 kháng nghị"}],
    )
    await member.do(f"/plans/{plan}/submit", version=(await member.see(f"/plans/{plan}"))["version"])
    await chair.do(f"/plans/{plan}/approve", version=(await chair.see(f"/plans/{plan}"))["version"])
    approved = await member.see(f"/plans/{plan}")
    assert approved["state"] == "approved"
    assert len(approved["revisions"]) >= 4

    # The assignment notice: opened, tasks from the plan and new, issued.
    cycle = (await chair.do("/cycles/open", unit_id=unit, on=date.today().isoformat()))["cycle_id"]
    await member.do("/cycles/open", expected=403, unit_id=unit, on=date.today().isoformat())
    await clerk.do(f"/cycles/{cycle}/tasks/from-plans")
    overview = await clerk.see(f"/cycles/{cycle}")
    ids = {one["full_name"]: one["person_id"] for one in overview["members"]}
    assert len(ids) == CELL
    for person_id in ids.values():
        await clerk.do(
            f"/cycles/{cycle}/tasks/add",
            person_id=person_id,
            title="Giải quyết đơn đúng hạn",
            due_on=date.today().isoformat(),
            required_level="Không quá hạn",
        )
    await clerk.do(f"/cycles/{cycle}/notice/issue", expected=403, version=1)
    notice = await chair.see(f"/cycles/{cycle}/notice")
    await chair.do(f"/cycles/{cycle}/notice/issue", version=notice["cycle"]["version"])
    paper = await chair.visitor.get(f"{BASE}/cycles/{cycle}/notice/paper", params={"form": "docx"})
    assert paper.status_code == 200 and paper.content[:2] == b"PK"

    # Work and evidence; nobody else's task may be reported on.
    tasks = (await member.see(f"/cycles/{cycle}/tasks", person_id=ids["Đặng Văn Ổn"]))["tasks"]
    assert len(tasks) >= 2
    first = tasks[0]["task"]["task_id"]
    report = await member.see(f"/tasks/{first}")
    await clerk.do(f"/tasks/{first}/report", expected=403, version=report["version"], progress=100)
    await member.do(f"/tasks/{first}/report", version=report["version"], progress=100, result="Đã giải quyết 12/12 đơn")
    file = {"name": "bao-cao.txt", "media_type": "text/plain", "content": base64.b64encode("12 đơn".encode()).decode()}
    await member.do(f"/tasks/{first}/evidence", file=file)
    only_a_mark = base64.b64encode(b"%PDF-1.7\n<script>alert(1)</script>").decode()
    for wrong in ({"name": "bao-cao.pdf", "content": only_a_mark}, {"name": "a\u202efdp.txt"}):
        told = await member.do(f"/tasks/{first}/evidence", expected=422, file=file | wrong)
        assert told["problems"]["file"].startswith("Tệp minh chứng: ")
    assert (await member.see(f"/tasks/{first}"))["evidence"][0]["file_name"] == "bao-cao.txt"

    # Self-assessment: a missed task without a reason is refused, with one it goes in.
    for login, person in people.items():
        own = await person.see(f"/cycles/{cycle}/assessment")
        said = [{"task_id": one["task"]["task_id"], "self_level": "met"} for one in own["tasks"]]
        if login == "on.dv":
            said[-1] = {"task_id": said[-1]["task_id"], "self_level": "missed"}
            refused = await person.do(
                f"/cycles/{cycle}/assessment/submit",
                expected=422,
                version=own["version"],
                proposed_level="B",
                tasks=said,
            )
            assert refused["problems"]
        for one in said:
            if one["self_level"] == "missed" or not await _done(person, one["task_id"]):
                one |= {
                    "self_level": "missed",
                    "miss_reason": "objective",
                    "miss_explanation": "Chờ giám định",
                    "lesson": "Trưng cầu sớm hơn",
                }
        await person.do(
            f"/cycles/{cycle}/assessment/submit",
            version=own["version"],
            proposed_level="A",
            summary="Đã cố gắng",
            tasks=said,
        )

    # The meeting: roll call, everybody's word on everybody, classes with reasons, minutes, publication.
    overview = await chair.see(f"/cycles/{cycle}")
    await chair.do(
        f"/cycles/{cycle}/meeting/open",
        version=overview["cycle"]["version"],
        held_on=date.today().isoformat(),
        place="Phòng họp",
        clerk_id=ids["Nguyễn Thị Ánh"],
    )
    await chair.do(
        f"/cycles/{cycle}/publish", expected=409, version=(await chair.see(f"/cycles/{cycle}"))["cycle"]["version"]
    )
    await clerk.do(f"/cycles/{cycle}/attendance", people=[{"person_id": one, "present": True} for one in ids.values()])
    for person in people.values():
        for about in ids.values():
            await person.do(f"/cycles/{cycle}/comments", about_id=about, text="Đồng ý với tự nhận xét.")
    for name, person_id in ids.items():
        level = "B" if name == "Đặng Văn Ổn" else "A"
        own = name == "Trương Quốc Đức"
        grade = {"level": level, "reason": "Theo kết quả so với phân công"}
        if own:
            await chair.do(f"/cycles/{cycle}/people/{person_id}/grade", expected=403, **grade)
        await (deputy if own else chair).do(f"/cycles/{cycle}/people/{person_id}/grade", **grade)
    meeting = await clerk.see(f"/cycles/{cycle}/meeting")
    await clerk.do(f"/cycles/{cycle}/minutes/save", version=meeting["meeting"]["version"], conclusion="Nhất trí.")
    before = (await member.see(f"/cycles/{cycle}/meeting"))["members"]
    assert not any(one["level"] for one in before if one["full_name"] != "Đặng Văn Ổn"), (
        "a class is seen before it is published"
    )
    meeting = (await chair.see(f"/cycles/{cycle}/meeting"))["meeting"]
    await chair.do(
        f"/cycles/{cycle}/meeting/close", version=meeting["version"], conclusion="Nhất trí với các mức xếp loại."
    )
    await chair.do(f"/cycles/{cycle}/publish", version=(await chair.see(f"/cycles/{cycle}"))["cycle"]["version"])
    result = await member.see(f"/cycles/{cycle}/result")
    assert result["counts"] == {"A": 9, "B": 1, "C": 0}

    # A correction is a new version with a reason; the first one stays.
    on = ids["Đặng Văn Ổn"]
    await chair.do(
        f"/cycles/{cycle}/people/{on}/grade/correct", expected=422, level="A", reason="Có minh chứng mới", version=1
    )
    await chair.do(
        f"/cycles/{cycle}/people/{on}/grade/correct",
        level="A",
        reason="Có minh chứng mới",
        version=1,
        correction_reason="Minh chứng nộp bổ sung",
    )
    own = await member.see(f"/people/{on}", year=YEAR)
    grades = own["periods"][0]["grades"]
    assert [one["level"] for one in grades] == ["A", "B"]

    # The year table leads back to the month; another body sees nothing of it.
    year = await chair.see("/year", year=YEAR)
    assert [row["counts"] for row in year["rows"] if row["person_id"] == on] == [{"A": 1, "B": 0, "C": 0}]


async def _done(person: Person, task_id: str) -> bool:
    return (await person.see(f"/tasks/{task_id}"))["task"]["progress"] == 100


async def test_another_body_sees_nothing_of_it(served):
    async with served.visitor("an.pv") as stranger:
        theirs = await stranger.get(f"{BASE}/plans")
        absent = await stranger.get(f"{BASE.replace('kien-luong', 'khong-co')}/plans")
    assert theirs.status_code == absent.status_code == 404
    assert theirs.json()["title"] == absent.json()["title"]
