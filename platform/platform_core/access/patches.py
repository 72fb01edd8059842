"""The patches that make up the settings of a body: its own and those of the bodies above it."""

import msgspec

from plugin_api.config import Patch
from tenancy.query import rows

# Body by body from above, each by the index that begins with it; the own one, last, is its own ancestor at depth 0.
HERE = """
SELECT s.*, t.short_name AS body FROM closure c CROSS JOIN LATERAL (
  SELECT tenant_id, module, patch, locked FROM setting_patch
  WHERE tenant_id = c.ancestor AND ($2 = '' OR module = $2) OFFSET 0) s
JOIN tenant t ON t.id = c.ancestor
WHERE c.descendant = $1 AND NOT c.by_succession ORDER BY s.tenant_id = $1, c.depth DESC
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
