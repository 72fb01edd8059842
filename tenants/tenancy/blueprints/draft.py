"""One file on its way to being accepted: its values, the lines they stand on, and the faults found so far."""

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from tenancy.blueprints.faults import BlueprintError, BlueprintFault, Complaint, Place, field_of, line_of
from tenancy.blueprints.locator import lines_of, without_impossible_days
from tenancy.blueprints.model import Blueprint
from tenancy.blueprints.shaping import shape
from tenancy.blueprints.syntax import fault_of_syntax
from tenancy.i18n import gettext as _


class Draft:
    """A file that is valid TOML; its content may still be wrong in any number of places."""

    def __init__(
        self, file: str, blueprint: Blueprint, lines: Mapping[Place, int], refused: Sequence[Complaint]
    ) -> None:
        self.file = file
        self.blueprint = blueprint
        self.faults: list[BlueprintFault] = []
        self._lines = lines
        self._refused: set[Place] = set()
        for complaint in refused:
            self.report(complaint)
        self._refused = {complaint.place for complaint in refused}

    def line_of(self, place: Place) -> int:
        """The line of a value, or of the table that should hold it."""
        return line_of(self._lines, place)

    def report(self, complaint: Complaint) -> None:
        """Note one fault with its line. A value that was refused by itself is not judged a second time."""
        if complaint.place in self._refused:
            return
        sentence = complaint.sentence
        if complaint.see is not None:
            sentence += " " + _("Xem dòng {line}.").format(line=self.line_of(complaint.see))
        fault = BlueprintFault(self.file, self.line_of(complaint.place), field_of(complaint.place), sentence)
        if fault not in self.faults:
            self.faults.append(fault)


def open_draft(path: Path) -> Draft:
    """Read a file and shape its values; single faulty values are noted in the draft.

    Text is brought to Unicode NFC: the same Vietnamese name typed on two machines is the same name.
    Raises BlueprintError when the file can't be read or is not TOML, for then nothing else can be said about it.
    """
    text = without_impossible_days(unicodedata.normalize("NFC", _text_of(path)))
    try:
        document, lines = tomllib.loads(text), lines_of(text)
    except (ValueError, RecursionError) as refusal:
        raise BlueprintError([fault_of_syntax(str(path), text, refusal)]) from refusal
    blueprint, complaints = shape(document)
    return Draft(str(path), blueprint, lines, complaints)


def _text_of(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as refusal:
        sentence = _("Không đọc được tệp: kiểm tra đường dẫn và quyền đọc.")
        raise BlueprintError([BlueprintFault(str(path), 1, "", sentence)]) from refusal
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as refusal:
        line = raw[: refusal.start].count(b"\n") + 1
        sentence = _("Tệp không phải UTF-8 từ dòng này: lưu lại tệp với bảng mã UTF-8.")
        raise BlueprintError([BlueprintFault(str(path), line, "", sentence)]) from refusal
