"""The faults an operator can mend, each as one sentence."""

from platform_core.embedded import StartupError
from platform_core.plugin_host.registry import RegistryError
from plugin_api.errors import Refusal
from plugin_api.i18n import gettext as _
from tenancy.blueprints import BlueprintError
from tenancy.faults import DatabaseGone, FailedMigration, UnfitDatabase

FAULTS = (StartupError, UnfitDatabase, Refusal, BlueprintError, DatabaseGone, FailedMigration, RegistryError)


def sentence_of(fault: Exception) -> str:
    """What the operator is told."""
    if isinstance(fault, RegistryError):
        return _("Có mô-đun đã cài mà không dùng được: %(faults)s. Hãy sửa hoặc gỡ mô-đun đó.",
                 faults="; ".join(fault.faults))
    return str(fault)
