"""A form that could not be saved, and the forms of a page as they are rendered: what each input shows.

A *bound form* knows the Struct that its action parses, so that nobody types a limit twice, and, when it is the one that
was sent, what was typed and what is wrong with it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, get_args, get_origin

from litestar.datastructures import UploadFile
from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from plugin_api.forms import base_type, is_place, label_of, meta_of
from plugin_api.i18n import gettext as _
from plugin_api.vietnam import show_date, show_moment

DAY = re.compile(r"\d{4}-\d\d-\d\d")
PAGE, FORM = "form_page", "form_id"
"""Hidden fields of every form: the address of the page that shows it, and which of its forms it is."""
DRAFT, KEPT = "form_draft", "kept_form"
"""Of a form behind which a draft stands: page and name of the draft. Of one that is sent again after sign-in."""
OWN_FIELDS = frozenset({"csrf_token", "idempotency_key", PAGE, FORM, DRAFT, KEPT})
"""What the page itself puts into a form, beside what people type."""


@dataclass(frozen=True, slots=True)
class NewerVersion:
    """Somebody saved a newer version first: who, when, and the row as it stands."""

    who: str
    when: datetime | None
    current: Mapping[str, Any]


@dataclass(slots=True)
class SentForm:
    """What was typed into one form of `page` and why it could not be saved.

    `problems` are sentences by field, `sentence` is one about no field. `taken`: a form of the page shows it;
    `inputs`: name → (id, label) of the inputs that did, in the order of the page.
    """

    form_id: str
    page: str
    data: type[Struct] | None
    typed: Mapping[str, list[str]]
    problems: Mapping[str, str]
    sentence: str = ""
    newer: NewerVersion | None = None
    taken: bool = False
    inputs: dict[str, tuple[str, str]] = field(default_factory=dict)

    def faults(self) -> list[dict[str, str | None]]:
        """{id, label, sentence} of each fault: first as the inputs stand on the page, then what has no input."""
        known = [name for name in self.inputs if name in self.problems]
        found = [self._fault(name) for name in dict.fromkeys([*known, *self.problems])]
        return [{"id": None, "label": None, "sentence": self.sentence}, *found] if self.sentence else found

    def _fault(self, name: str) -> dict[str, str | None]:
        own, label = self.inputs.get(name, (None, numbered_label(self.data, name)))
        return {"id": own, "label": label, "sentence": self.sentence_of(name)}

    def sentence_of(self, name: str) -> str | None:
        """The fault of a field, without its label, which stands beside it."""
        sentence, info = self.problems.get(name), field_at(self.data, name)
        return sentence.removeprefix(f"{label_of(info)}: ") if sentence and info else sentence


@dataclass(frozen=True, slots=True)
class BoundField:
    """What one input shows: its `value`, the `chosen` values of a choice, its `error`, its limit `most` in characters.

    `was`: the stored value in words, where a newer version differs from what was typed; otherwise None. `again`: the
    form comes back.
    """

    id: str
    name: str
    value: Any
    chosen: list[str]
    error: str | None
    required: bool
    most: int | None
    was: str | None
    again: bool

    @property
    def is_day(self) -> bool:
        """Whether a date field can show the value: a day, or nothing yet."""
        return not self.value or DAY.fullmatch(str(self.value)) is not None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list in a form: its inputs are named `prefix` + field; `item` is what is stored, or None."""

    place: int
    prefix: str
    item: Any


@dataclass(frozen=True, slots=True)
class BoundForm:
    """A form while it is rendered. `sent` when it is the one that could not be saved."""

    id: str
    data: type[Struct] | None = None
    has_action: bool = False
    sent: SentForm | None = None

    def version(self, stored: Any) -> Any:
        """The version that the form carries: what the person saw, unless the newer one has been shown beside."""
        if self.sent is None or self.sent.newer is not None or stored is None:
            return stored
        return self.sent.typed.get("version", [stored])[-1]

    def field(self, label: str, name: str, value: Any, own_id: str | None, required: bool,
              error: str | None, most: int | None) -> BoundField:
        """The input `name`, whose stored value is `value`; `required`, `most`: what no Struct knows."""
        own, asked, limit = own_id or f"f-{name}", *asked_of(self.data, name)
        shown, chosen, was = value, _choices(value), None
        if self.sent is not None:
            self.sent.inputs[name] = own, label
            typed = self.sent.typed.get(name)
            shown, chosen = (typed[-1], typed) if typed else (value, [])
            error = error or self.sent.sentence_of(name)
            was = self._was(name, value, chosen)
        return BoundField(own, name, shown, chosen, error, required or asked, most or limit, was,
                          self.sent is not None)

    def hidden(self, name: str, value: Any) -> Any:
        """A value that nobody types: the one that was sent, else `value`."""
        return self.sent.typed.get(name, [value])[-1] if self.sent is not None else value

    def _was(self, name: str, stored: Any, typed: list[str]) -> str | None:
        newer = self.sent.newer if self.sent else None
        here = _texts(stored)
        if newer is None or here == [_plain(text) for text in typed if text.strip()] or not (
            here or name in newer.current
        ):
            return None
        return in_words(stored)

    def rows(self, name: str, stored: list[Any], key: str, blank: int = 0, attribute: str = "") -> list[Row]:
        """The rows of the list `name`: as many as were typed, then what is stored, then `blank` ones for new items.

        The hidden field `key` of a row says which stored item it is; `attribute`: where the item has it (`task.id`).
        A row keeps its item whatever was added or taken away meanwhile.
        """
        read = attrgetter(attribute or key)
        by_key = {str(read(item)): item for item in stored}
        if self.sent is None:
            return [Row(at, f"{name}.{at}.", stored[at] if at < len(stored) else None)
                    for at in range(len(stored) + blank)]
        typed = _typed_rows(self.sent.typed, name, key)
        found = [Row(place, f"{name}.{place}.", by_key.pop(own, None)) for place, own in typed.items()]
        first = max(typed, default=-1) + 1
        return found + [Row(first + at, f"{name}.{first + at}.", item) for at, item in enumerate(by_key.values())]


def _typed_rows(typed: Mapping[str, list[str]], name: str, key: str) -> dict[int, str]:
    """Place → what stands in the field `key` of that row, in the order of the places."""
    parts = [given.split(".") for given in typed if given.startswith(f"{name}.")]
    places = sorted({int(part[1]) for part in parts if len(part) > 2 and is_place(part[1])})
    return {place: typed.get(f"{name}.{place}.{key}", [""])[-1] for place in places}


async def typed_text(form: Any) -> dict[str, list[str]]:
    """What a form sent, by name; files are left out: a browser does not take them back."""
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            found.setdefault(name, []).append(str(value))
    return found


@cache
def _field_at(data: type[Struct], path: tuple[str, ...]) -> FieldInfo | None:
    found: FieldInfo | None = None
    kind: Any = data
    for part in path:
        if not (isinstance(kind, type) and issubclass(kind, Struct)):
            return None
        found = next((one for one in fields(kind) if one.encode_name == part), None)
        if found is None:
            return None
        inner = base_type(found.type)
        kind = base_type(get_args(inner)[0]) if get_origin(inner) in (list, tuple) and get_args(inner) else inner
    return found


def field_at(data: type[Struct] | None, name: str) -> FieldInfo | None:
    """The field that a dotted name (`items.2.title`) leads to, through lists of Structs."""
    return _field_at(data, tuple(part for part in name.split(".") if not is_place(part))) if data and name else None


def asked_of(data: type[Struct] | None, name: str) -> tuple[bool, int | None]:
    """Whether a field has to be filled in, and how many characters its text takes at most (None: no limit)."""
    info = field_at(data, name)
    if info is None:
        return False, None
    inner = base_type(info.type)
    required = info.default is NODEFAULT and info.default_factory is NODEFAULT and inner is not bool
    return required, meta_of(info.type).max_length if inner is str else None


def numbered_label(data: type[Struct] | None, name: str) -> str | None:
    """What a field is called; `items.2.title` is "Nhiệm vụ (dòng 3)"."""
    info = field_at(data, name)
    if info is None:
        return None
    places, label = [part for part in name.split(".") if is_place(part)], label_of(info)
    return _("%(label)s (dòng %(number)s)", label=label, number=int(places[-1]) + 1) if places else label


def in_words(value: Any) -> str:
    """A stored value as people read it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return show_moment(value)
    if isinstance(value, str) and DAY.fullmatch(value):
        value = date.fromisoformat(value)
    return show_date(value) if isinstance(value, date) else str(value)


def _choices(value: Any) -> list[str]:
    """The values of a choice as they stand in its options; an empty one may be a choice, too."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return [str(one) for one in value]
    return [] if value is None else [str(value)]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _texts(value: Any) -> list[str]:
    """A stored value as it would be typed: nothing for what is empty."""
    return [_plain(text) for text in _choices(value) if text.strip()]
