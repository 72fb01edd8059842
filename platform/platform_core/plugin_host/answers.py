"""What each hook may answer, as its specification is annotated: an answer of another type is a fault of its module."""

from collections.abc import Awaitable, Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from plugin_api import hookspecs


class WrongAnswer(TypeError):
    """A hook answered with something that its specification does not allow."""

    def __init__(self, hook: str, answer: Any) -> None:
        super().__init__(f"{hook} answered {type(answer).__name__}: {answer!r:.100}")


def checked(hook: str, answer: Any) -> Any:
    """The answer. Raises WrongAnswer when it is not of the annotated type; elements of sequences are looked at, too."""
    if answer is not None and not _fits(answer, _annotated(hook)):
        raise WrongAnswer(hook, answer)
    return answer


@cache
def _annotated(hook: str) -> Any:
    returned = get_type_hints(getattr(hookspecs, hook))["return"]
    return get_args(returned)[0] if get_origin(returned) is Awaitable else returned


def _fits(answer: Any, wanted: Any) -> bool:
    origin, inner = get_origin(wanted), get_args(wanted)
    if wanted is Any or wanted is None:
        return True
    if origin in (Union, UnionType):
        return any(_fits(answer, one) for one in inner)
    if origin is Sequence:
        return _is_list(answer) and all(_fits(one, inner[0]) for one in answer)
    if origin is Mapping:
        return isinstance(answer, Mapping)
    return isinstance(answer, origin or wanted)


def _is_list(answer: Any) -> bool:
    return isinstance(answer, Sequence) and not isinstance(answer, str)
