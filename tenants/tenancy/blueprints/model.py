"""What a blueprint says, as plain frozen values. Keys in the file are the field names unless `name=` gives another.

Every restricted text carries the sentence that a person reads when it is not met: rule and explanation stay together.
"""

from datetime import date
from typing import Annotated, Any, Literal, Protocol

from msgspec import Meta, Struct, field

from tenancy.i18n import mark

NO_DATE = date.min
"""Stands where the file has no usable date: the fault is already reported and no further one may follow from it."""

BodyKind = Literal["supreme", "province", "district", "region", "cluster"]
UnitKind = Literal["department", "cell"]
RoleName = Literal["member", "clerk", "chair", "leader", "admin", "officer"]
Standing = Literal["chief", "deputy", "member"]

Line = Annotated[
    str,
    Meta(
        pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*\Z",
        max_length=500,
        extra={"sentence": mark("Ghi chữ trong dấu nháy, trên một dòng, từ 1 đến 500 ký tự.")},
    ),
]
Slug = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z",
        max_length=63,
        extra={
            "sentence": mark("Ghi chữ thường không dấu và chữ số, nối bằng dấu “-”, không quá 63 ký tự: “kien-luong”.")
        },
    ),
]
Login = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*\Z",
        min_length=3,
        max_length=64,
        extra={"sentence": mark("Ghi chữ thường không dấu, có thể ngắt bằng dấu chấm, từ 3 đến 64 ký tự: “anh.nt”.")},
    ),
]
Email = Annotated[
    str,
    Meta(
        pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+\Z",
        max_length=254,
        extra={"sentence": mark("Ghi một địa chỉ thư điện tử đầy đủ, ví dụ “van.thu@vidu.vn”, hoặc bỏ khóa này.")},
    ),
]
ModuleName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*\Z",
        max_length=63,
        extra={"sentence": mark("Ghi tên mô-đun bằng chữ thường nối bằng dấu gạch dưới: “monthly_rating”.")},
    ),
]
Year = Annotated[
    int,
    Meta(ge=1960, le=2100, extra={"sentence": mark("Ghi năm bằng bốn chữ số, từ 1960 đến 2100.")}),
]


class Dated(Protocol):
    """Anything in force from one day to another, both included; no end means still in force."""

    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


class Predecessor(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A body whose work passed to this one `on` that day (first day of the new order): merger, split or renaming."""

    body: Slug
    on: date


class Unit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A department of the State line or a cell of the Party line. `code` is unique in its body and never re-used."""

    code: Slug
    kind: UnitKind
    name: Line
    valid_from: date
    valid_to: date | None = None
    parent: Slug | None = None
    committee_name: Line | None = None


class Appointment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person's place in a unit, from one day to another, with the position held there."""

    unit: Slug
    valid_from: date = field(name="from")
    valid_to: date | None = field(name="to", default=None)
    position: Line | None = None


class RoleGrant(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person may do, from one day to another, in one unit or (no unit) in the whole body."""

    role: RoleName
    valid_from: date = field(name="from")
    valid_to: date | None = field(name="to", default=None)
    unit: Slug | None = None


class Person(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody of this body. `same_account`: this sign-in is the one the same person already has in another body."""

    code: Slug
    name: Line
    login: Login | None = None
    position: Line | None = None
    email: Email | None = None
    demo: bool = False
    same_account: bool = False
    units: tuple[Appointment, ...] = ()
    roles: tuple[RoleGrant, ...] = ()


class ModuleUse(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A module the body switches on, its own settings (a sparse patch) and the keys it locks for bodies below."""

    name: ModuleName
    settings: dict[str, Any] = {}
    locked: tuple[Line, ...] = ()


class ClusterMember(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A body's place in an emulation cluster in one year."""

    year: Year
    body: Slug
    role: Standing = "member"


class Body(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One tenant. `slug` is its address, unique for ever: it is not given to another body after a merger."""

    slug: Slug
    name: Line
    short_name: Line
    kind: BodyKind
    place: Line
    valid_from: date
    valid_to: date | None = None
    parent: Slug | None = None
    party_name: Line | None = None
    party_parent: Line | None = None
    predecessors: tuple[Predecessor, ...] = ()
    units: tuple[Unit, ...] = field(name="unit", default=())
    persons: tuple[Person, ...] = field(name="person", default=())
    modules: tuple[ModuleUse, ...] = field(name="module", default=())
    members: tuple[ClusterMember, ...] = field(name="member", default=())


class About(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the facts of the file come from. In a demo file every person is invented, in any other none is."""

    name: Line
    source: Line
    demo: bool = False


class Blueprint(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file."""

    about: About = field(name="blueprint")
    bodies: tuple[Body, ...] = field(name="body")
