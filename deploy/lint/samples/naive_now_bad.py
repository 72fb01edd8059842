"""Moments without a zone. The marked lines are found."""

import datetime as moments
from datetime import date, datetime


def today():
    datetime.now()  # bad
    datetime.utcnow()  # bad
    moments.datetime.now()  # bad
    return date.today()  # bad
