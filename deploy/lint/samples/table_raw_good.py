"""SQL that names its body."""

from tenancy.query import rows


async def people(raw):
    raw("a function of that name is another matter")
    return await rows("SELECT id FROM person WHERE tenant_id = $1")
