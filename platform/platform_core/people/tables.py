"""The tables of people and access, as Piccolo sees them."""

from piccolo.columns import JSONB, UUID, Boolean, Bytea, Date, Integer, Text, Timestamptz
from piccolo.table import Table

from tenancy.tables import Inherited, Overseen, Private, Versioned


class Person(Private, Versioned, Table, tablename="person"):
    """A person of one body. Leaving is a date; nobody is removed."""

    code = Text()
    full_name = Text()
    name_key = Bytea()
    name_search = Text()
    position = Text()
    email = Text()
    demo = Boolean(default=False)
    left_on = Date(null=True, default=None)


class Unit(Private, Versioned, Table, tablename="unit"):
    """A department (State line) or a cell (Party line)."""

    code = Text()
    kind = Text()
    name = Text()
    committee_name = Text()
    parent_id = UUID(null=True, default=None)
    sort = Integer(default=0)
    valid_from = Date()
    valid_to = Date(null=True, default=None)


class Appointment(Private, Versioned, Table, tablename="appointment"):
    """A person's dated place in a unit."""

    person_id = UUID()
    unit_id = UUID()
    position = Text()
    valid_from = Date()
    valid_to = Date(null=True, default=None)


class RoleAssignment(Private, Versioned, Table, tablename="role_assignment"):
    """A dated role in the body or in one unit."""

    person_id = UUID()
    role = Text()
    unit_id = UUID(null=True, default=None)
    valid_from = Date()
    valid_to = Date(null=True, default=None)


class RoleRequest(Private, Versioned, Table, tablename="role_request"):
    """A role that waits for a second person, or what became of it: requested → confirmed, refused or withdrawn.

    Nobody in `requested_by` or `decided_by` is the operator of the instance.
    """

    person_id = UUID()
    role = Text()
    unit_id = UUID(null=True, default=None)
    valid_from = Date()
    requested_by = UUID(null=True, default=None)
    requested_at = Timestamptz()
    state = Text()
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    reason = Text()
    assignment_id = UUID(null=True, default=None)


class AccessRule(Private, Versioned, Table, tablename="access_rule"):
    """A body's own word on what a role may do; it replaces the template's."""

    role = Text()
    permission = Text()
    effect = Text()


class Module(Overseen, Versioned, Table, tablename="module"):
    """Whether a module is switched on in the body."""

    name = Text()
    enabled = Boolean(default=False)
    changed_at = Timestamptz()
    changed_by = UUID()


class SettingPatch(Inherited, Versioned, Table, tablename="setting_patch"):
    """What the body set for a module, which keys it locks for bodies below, and what a blueprint last set of that."""

    module = Text()
    patch = JSONB()
    locked = JSONB()
    blueprint = JSONB()
    changed_at = Timestamptz()
    changed_by = UUID()
