"""Plain columns; the keys are in the migration's protect()."""

from piccolo.columns import UUID, Text
from piccolo.table import Table

from tenancy.protection import Reference, protect


class Task(Table):
    code = Text()
    person_id = UUID()


ROW_SECURITY = protect("task", "private", unique={"task_code_once": ["code"]}, references=[Reference("person_id", "person")])
