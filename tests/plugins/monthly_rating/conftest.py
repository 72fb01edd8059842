"""A cell and its people, a clock that stands, and a month in any state, made through the services."""

from asyncio import sleep
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from monthly_rating.assessments import actions as assessment_actions
from monthly_rating.assessments.forms import AssessmentText, OwnTask
from monthly_rating.common.forms import VersionOnly
from monthly_rating.cycles import actions as cycle_actions
from monthly_rating.cycles.forms import CycleOpening
from monthly_rating.grades import actions as grade_actions
from monthly_rating.grades.forms import Decision
from monthly_rating.meetings import actions as meeting_actions
from monthly_rating.meetings.forms import AttendanceList, CommentText, MeetingCall, MinutesText, Presence
from monthly_rating.notices import actions as notice_actions
from monthly_rating.notices.forms import NoticeIssue
from monthly_rating.tasks import actions as task_actions
from monthly_rating.tasks.forms import TaskDraft, TaskReport
from plugin_api.actor import Actor
from plugin_api.clock import on_day
from tenancy.query import rows, value
from tenancy.transaction import current_transaction

START, ISSUE, WORK, END, MEETING, AFTER = (
    date(2026, 3, 1), date(2026, 3, 3), date(2026, 3, 20), date(2026, 4, 1), date(2026, 4, 3), date(2026, 4, 5),
)  # fmt: skip


@dataclass
class Cell:
    """The cell of Kiên Lương: the secretary (chair and leader), the deputy (leader), the clerk, two members,
    the administrator."""

    unit_id: UUID
    chair: Actor
    leader: Actor
    clerk: Actor
    member: Actor
    colleague: Actor
    admin: Actor
    everybody: list[Actor]
    cycle_id: UUID = field(default_factory=lambda: UUID(int=0))

    async def version(self) -> int:
        """The version of the cycle as it stands."""
        return await value("SELECT version FROM monthly_rating_cycle WHERE tenant_id = $1 AND id = $2", self.cycle_id)

    async def tasks(self, of: Actor | None = None) -> list[dict[str, Any]]:
        """The tasks of the cycle, or those of one person."""
        return [
            dict(one)
            for one in await rows(
                "SELECT id, person_id, title, version, due_on, done_on, progress FROM monthly_rating_task WHERE "
                "tenant_id = $1 AND cycle_id = $2 "
                "AND ($3::uuid IS NULL OR person_id = $3) AND NOT dropped ORDER BY sort",
                self.cycle_id,
                of and of.person_id,
            )
        ]

    async def planned(self) -> "Cell":
        """March is open and everybody has one task, due on the 20th."""
        with on_day(START):
            self.cycle_id = (await cycle_actions.open_cycle(self.clerk, CycleOpening(self.unit_id, START)))["cycle_id"]
            for one in self.everybody:
                await task_actions.add_task(
                    self.clerk, self.cycle_id, TaskDraft(one.person_id, "Kiểm sát tin báo", WORK, "100 %")
                )
        return self

    async def running(self) -> "Cell":
        """The notice is issued."""
        await self.planned()
        with on_day(ISSUE):
            await notice_actions.issue_notice(self.chair, self.cycle_id, NoticeIssue(await self.version()))
        return self

    async def worked(self, but: Actor | None = None) -> "Cell":
        """Everybody has done the task in time, all `but` one."""
        await self.running()
        with on_day(WORK):
            for one in self.everybody:
                if one is not but:
                    task = (await self.tasks(one))[0]
                    await task_actions.report_task(one, task["id"], TaskReport(task["version"], 100, result="Xong"))
        return self

    async def assessed(self, but: Actor | None = None) -> "Cell":
        """Everybody has handed in the self-assessment, all `but` one."""
        await self.worked()
        with on_day(END):
            for one in self.everybody:
                if one is not but:
                    await self.submit(one)
        return self

    async def submit(self, one: Actor, level: str = "A") -> None:
        """Hand in a self-assessment that says every task was met."""
        own = [OwnTask(task["id"], "met") for task in await self.tasks(one)]
        await assessment_actions.submit_assessment(one, self.cycle_id, AssessmentText(0, level, "Đã xong", own))

    async def in_meeting(self, but: Actor | None = None) -> "Cell":
        """The meeting is open, everybody is there."""
        await self.assessed(but)
        with on_day(MEETING):
            call = MeetingCall(await self.version(), MEETING, "Hội trường", self.clerk.person_id)
            await meeting_actions.open_meeting(self.chair, self.cycle_id, call)
            there = AttendanceList([Presence(one.person_id, True) for one in self.everybody])
            await meeting_actions.take_attendance(self.clerk, self.cycle_id, there)
        return self

    async def commented(self, but: Actor | None = None) -> "Cell":
        """Everybody was commented on by the clerk (the clerk by the member)."""
        await self.in_meeting()
        with on_day(MEETING):
            for one in self.everybody:
                if one is not but:
                    author = self.member if one is self.clerk else self.clerk
                    await meeting_actions.comment(author, self.cycle_id, CommentText(one.person_id, "Làm tốt"))
        return self

    async def decided(self, but: Actor | None = None) -> "Cell":
        """Everybody has class A, all `but` one, and the meeting is closed; the leader decides the chair's class."""
        await self.commented()
        with on_day(MEETING):
            for one in self.everybody:
                if one is not but:
                    decider = self.leader if one is self.chair else self.chair
                    await grade_actions.decide_grade(
                        decider, self.cycle_id, one.person_id, Decision("A", "Xong mọi việc")
                    )
            await meeting_actions.close_meeting(self.chair, self.cycle_id, MinutesText(1, "Thống nhất."))
        return self

    async def published(self) -> "Cell":
        """The classes are known."""
        await self.decided()
        with on_day(AFTER):
            await grade_actions.publish(self.chair, self.cycle_id, VersionOnly(await self.version()))
        return self


@pytest.fixture
async def cell(tenants) -> AsyncIterator[Cell]:
    """The cell, in a transaction that is undone."""
    async with tenants.inside("kien-luong"):
        unit_id = await tenants.cell()
        logins = ("duc.tq", "ha.pt", "anh.nt", "on.dv", "ha.ht", "hanh.lh", "uoc.tm", "an.dt", "yen.mh", "dat.vt")
        people = [await tenants.actor(login) for login in logins]
        chair, leader, clerk, member, colleague = people[:5]
        yield Cell(unit_id, chair, leader, clerk, member, colleague, await tenants.actor("oanh.qt"), people)


@pytest.fixture
def statements():
    """`async with statements() as sent:` collects the SQL that reached the server."""

    @asynccontextmanager
    async def counting() -> AsyncIterator[list[str]]:
        sent: list[str] = []

        def note(record: Any) -> None:
            if "tenant_id" in record.query:  # not what the driver asks about types on a fresh connection
                sent.append(record.query)

        connection = current_transaction().connection
        connection.add_query_logger(note)
        try:
            yield sent
        finally:
            await sleep(0)  # the driver tells its listeners a turn of the loop later
            connection.remove_query_logger(note)

    return counting
