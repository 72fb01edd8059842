"""The patches that make up the settings of a body: its own and those of the bodies above it."""

import msgspec

from plugin_api.config import Patch
from tenancy.query import rows

HERE = """
SELECT s.tenant_id, s.module, s.patch, s.locked, t.short_name AS body FROM setting_patch s
JOIN closure c ON c.ancestor = s.tenant_id AND c.descendant = $1 AND NOT c.by_succession
JOIN tenant t ON t.id = s.tenant_id
WHERE (s.tenant_id = $1 OR s.tenant_id = ANY (app.ancestry())) AND ($2 = '' OR s.module = $2) ORDER BY c.depth DESC
"""


async def patches_here(module: str = "") -> tuple[Patch, ...]:
    """Of one module or of all, from the top of the tree down to the body of this transaction."""
    return tuple(
        Patch(
            line["tenant_id"],
            line["module"],
            msgspec.json.decode(line["patch"]),
            msgspec.json.decode(line["locked"]),
            line["body"],
        )
        for line in await rows(HERE, module)
    )
