"""Keys that forget the body. The marked lines are found."""

from piccolo.columns import ForeignKey, Text
from piccolo.table import Table


class Task(Table):
    code = Text(unique=True)  # bad
    person = ForeignKey("Person")  # bad
