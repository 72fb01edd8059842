"""The fixtures behind `plugin_api.pytest`: a real PostgreSQL, bodies and people, HTTP, the conformance kit.

For tests only: nothing of the running product imports this package.
"""

import os

from platform_core.testing.conformance import Conforms, conforms
from platform_core.testing.servers import Copy, anyio_backend, database, make_copy, postgres, template
from platform_core.testing.tenants import Tenants, tenants
from platform_core.testing.visitors import Visitor, visitor

__all__ = [
    "Conforms",
    "Copy",
    "Tenants",
    "Visitor",
    "anyio_backend",
    "conforms",
    "database",
    "make_copy",
    "postgres",
    "template",
    "tenants",
    "visitor",
]

os.environ.setdefault("PICCOLO_CONF", "platform_core.provisioning.piccolo_conf")
