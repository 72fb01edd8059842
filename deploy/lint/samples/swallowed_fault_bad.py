"""Faults that disappear. The marked lines are found."""


def one(work) -> None:
    try:
        work()
    except:  # bad
        pass


def two(work):
    try:
        return work()
    except (KeyError, Exception) as fault:  # bad
        return None
