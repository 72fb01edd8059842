"""What people send to prove a task."""

from typing import Annotated

from msgspec import Meta, Struct

from plugin_api.forms import Upload
from plugin_api.i18n import mark as _


class EvidenceFile(Struct, frozen=True):
    """A file of at most 5 MiB: pdf, docx, xlsx, png, jpg or txt."""

    file: Annotated[Upload, Meta(title=_("Tệp minh chứng"))]
