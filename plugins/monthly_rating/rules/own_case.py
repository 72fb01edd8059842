"""Nobody judges himself: who decides about a person, whether the actor is one of them, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from msgspec import Struct

from plugin_api.errors import Forbidden, Invalid
from plugin_api.i18n import gettext as _

SHORTEST_REASON = 3


@dataclass(frozen=True, slots=True)
class Judge:
    """Somebody who holds the right to decide. Who is not `usual` stands in where the usual ones may not."""

    person_id: UUID
    full_name: str
    usual: bool = True


class Ruling(Struct, frozen=True):
    """Whether the actor decides about a person; `reason_needed` when it is the own case.

    `explanation` says who else decides, or why a reason is needed; it is empty when there is nothing to say.
    """

    allowed: bool
    reason_needed: bool = False
    explanation: str = ""


def judges_of(subject_id: UUID, judges: Sequence[Judge]) -> list[Judge]:
    """Who decides about the person: the usual judges but the person, else those who stand in; maybe nobody."""
    others = [one for one in judges if one.person_id != subject_id]
    return [one for one in others if one.usual] or others


def ruling(
    actor_id: UUID, subject_id: UUID, judges: Sequence[Judge], own_allowed: bool, called: str = ""
) -> Ruling:
    """Whether the actor decides about the person. `judges` is everybody with the right, the actor included;
    `own_allowed` is the setting of the body for the case that there is nobody else; `called` says what those who
    decide are called."""
    if all(one.person_id != actor_id for one in judges):
        return Ruling(False)
    deciding = judges_of(subject_id, judges)
    if any(one.person_id == actor_id for one in deciding):
        return Ruling(True)
    names = ", ".join(one.full_name for one in deciding)
    called = called or _("Người quyết định")
    if actor_id != subject_id:
        return Ruling(False, explanation=f"{called}: {names}.")
    if deciding:
        return Ruling(
            False,
            explanation=_("Đồng chí không tự quyết định về mình.") + f" {called}: {names}.",
        )
    if own_allowed:
        return Ruling(
            True,
            reason_needed=True,
            explanation=_(
                "Đơn vị không có ai khác có quyền: đồng chí tự quyết định về mình thì phải ghi lý do. "
                "Lý do hiện cùng kết quả."
            ),
        )
    return Ruling(
        False,
        explanation=_(
            "Đồng chí không tự quyết định về mình, và đơn vị chưa có ai khác có quyền làm việc này. Hãy đề nghị người "
            "quản trị phân quyền cho một người nữa, hoặc bật thiết lập “Cho phép tự quyết định về mình khi đơn vị "
            "không có ai khác có quyền”."
        ),
    )


def reason_kept(ruled: Ruling, reason: str) -> str:
    """The reason to keep with a decision: empty unless it is the own case.

    Raises Forbidden when the actor may not decide, Invalid when the own case has no reason.
    """
    if not ruled.allowed:
        raise Forbidden(ruled.explanation or _("Đồng chí không được phân quyền quyết định việc này."))
    if not ruled.reason_needed:
        return ""
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(
            {
                "own_case_reason": _(
                    "Lý do tự quyết định: đồng chí quyết định về chính mình, hãy ghi vì sao không có ai khác làm được."
                )
            }
        )
    return reason.strip()
