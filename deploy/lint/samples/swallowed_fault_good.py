"""Faults that are meant, logged, passed on or raised."""


def one(work, log) -> None:
    try:
        work()
    except KeyError:
        pass
    except Exception:
        log.exception("work failed")


def two(work, faults: list[str]):
    try:
        return work()
    except Exception as fault:
        faults.append(str(fault))


def three(work, connection):
    try:
        return work()
    except BaseException:
        connection.terminate()
        raise
