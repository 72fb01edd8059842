"""`thidua demo fill`: every module that is on in Kiên Lương lives through a plausible year, with invented people."""

from uuid import UUID

from platform_core.access.acting import acting
from platform_core.access.bodies import BodyPolicies
from platform_core.plugin_host.running import dispatcher
from platform_core.provisioning.blueprints import machine_in
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from plugin_api.ports import ports

DEMO_BODY = "kien-luong"


async def fill_demo_year() -> str:
    """Fill the demo body in one transaction and say what was done; a second time adds nothing."""
    policies, today = BodyPolicies(dispatcher().registry), ports().today()
    async with machine_in(DEMO_BODY) as machine:

        async def act_as(person_id: UUID) -> Actor:
            return await acting(policies, machine.body, person_id, today)

        cells = await ports().people.units("cell", today)
        lived = [
            await dispatcher().demand("live_demo_year", module, actor=machine, act_as=act_as, unit_id=cell.id) or 0
            for module in dispatcher().asked(machine)
            for cell in cells
        ]
    return _("Kiên Lương: thêm %(count)s kỳ làm việc.", count=sum(lived))
