"""Two files sent at the same moment: the limit of a task holds."""

import asyncio
from datetime import date

import pytest
from inside import Backdoor

from monthly_rating import forms
from monthly_rating.service import reporting
from monthly_rating.service.clock import standing_on
from plugin_api.errors import Refused
from plugin_api.forms import Upload
from tenancy.context import TenantContext
from tenancy.query import value
from tenancy.transaction import current_transaction, in_body

pytestmark = pytest.mark.anyio
DAY = date(2026, 3, 20)
NOTE = forms.EvidenceFile(Upload("ghi-chu.txt", "text/plain", b"Xong"))


async def waits(backdoor, who):
    """Until `who` waits for a lock, or is done without."""
    waiting = "SELECT true FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
    while not (who.done() or await backdoor.value(waiting)):
        await asyncio.sleep(0)


async def test_of_two_files_sent_at_once_one_fills_the_last_place(cell, tenants, database):
    await cell.running()
    context = TenantContext(tenants.bodies["kien-luong"], cell.member.account_id)
    task = (await cell.tasks(cell.member))[0]["id"]
    with standing_on(DAY):
        for _ in range(reporting.MOST_FILES - 1):
            await reporting.add_evidence(cell.member, task, NOTE)
    await current_transaction().commit()

    async def send():
        async with in_body(context):
            return await reporting.add_evidence(cell.member, task, NOTE)

    with standing_on(DAY):
        async with in_body(context):
            await reporting.add_evidence(cell.member, task, NOTE)
            second = asyncio.create_task(send())
            await waits(Backdoor(database.dsn(database.server.superuser)), second)
        with pytest.raises(Refused, match="20 tệp"):
            await second
    async with in_body(context):
        assert await value("SELECT evidence FROM monthly_rating_task WHERE tenant_id = $1 AND id = $2", task) == 20
        kept = "SELECT count(*) FROM monthly_rating_evidence WHERE tenant_id = $1 AND task_id = $2"
        assert await value(kept, task) == 20
