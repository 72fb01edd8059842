"""A file that proves a task."""

from uuid import UUID

from monthly_rating.common.access import sees_all
from plugin_api.actor import Actor
from plugin_api.file_names import ascii_name
from plugin_api.papers import File
from tenancy.faults import Absent
from tenancy.query import row


async def evidence_file(actor: Actor, evidence_id: UUID) -> File:
    """The file itself, for its owner and for those who may read everybody's work."""
    found = await row(
        """SELECT e.file_name, e.media_type, e.content, t.person_id, c.unit_id FROM monthly_rating_evidence e
                         JOIN monthly_rating_task t ON t.tenant_id = e.tenant_id AND t.id = e.task_id
                         JOIN monthly_rating_cycle c ON c.tenant_id = t.tenant_id AND c.id = t.cycle_id
                         WHERE e.tenant_id = $1 AND e.id = $2""",
        evidence_id,
    )
    if found is None or (found["person_id"] != actor.person_id and not sees_all(actor, found["unit_id"])):
        raise Absent(f"evidence {evidence_id}")
    return File(ascii_name(found["file_name"]), found["file_name"], found["media_type"], found["content"])
