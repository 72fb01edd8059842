"""Bodies as data: TOML files that say which bodies exist, who works in them and which modules they use.

`read` takes one file, `read_all` several that speak of each other; both refuse with every fault at once. `write` gives
the text back. What is read here is then applied by `thidua tenants apply`, which may be repeated without effect.
"""

from tenancy.blueprints.faults import BlueprintError, BlueprintFault
from tenancy.blueprints.model import (
    About,
    Appointment,
    Blueprint,
    Body,
    ClusterMember,
    ModuleUse,
    Person,
    Predecessor,
    RoleGrant,
    Unit,
)
from tenancy.blueprints.reading import Accepted, read, read_all, read_together
from tenancy.blueprints.together import parents_first
from tenancy.blueprints.writing import write

__all__ = [
    "About",
    "Accepted",
    "Appointment",
    "Blueprint",
    "BlueprintError",
    "BlueprintFault",
    "Body",
    "ClusterMember",
    "ModuleUse",
    "Person",
    "Predecessor",
    "RoleGrant",
    "Unit",
    "parents_first",
    "read",
    "read_all",
    "read_together",
    "write",
]
