"""One sign-in is one person: the only thing that two bodies may share, and then only when the file says so."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tenancy.blueprints.draft import Draft
from tenancy.blueprints.faults import Complaint, Place
from tenancy.blueprints.model import Person
from tenancy.i18n import gettext as _


class _Entry(NamedTuple):
    """A person as one file states it."""

    draft: Draft
    place: Place
    slug: str
    person: Person

    def is_restated_by(self, other: "_Entry") -> bool:
        """The same person of the same body, met again in another file."""
        return self.draft is not other.draft and (self.slug, self.person.code) == (other.slug, other.person.code)


def check_accounts(drafts: Sequence[Draft]) -> None:
    """Report every sign-in that would belong to two people: at most one entry of it goes without `same_account`."""
    accepted: dict[str, list[_Entry]] = {}
    for entry in _entries(drafts):
        if entry.person.login:
            _check(entry, accepted.setdefault(entry.person.login, []))
        elif entry.person.same_account:
            sentence = _("Ghi thêm login của tài khoản dùng chung, hoặc bỏ khóa này.")
            entry.draft.report(Complaint((*entry.place, "same_account"), sentence))


def _entries(drafts: Sequence[Draft]) -> Iterator[_Entry]:
    for draft in drafts:
        for at, body in enumerate(draft.blueprint.bodies):
            for position, person in enumerate(body.persons):
                yield _Entry(draft, ("body", at, "person", position), body.slug, person)


def _check(entry: _Entry, accepted: list[_Entry]) -> None:
    for earlier in accepted:
        if not earlier.is_restated_by(entry) and (sentence := _sentence(entry, earlier)):
            where = _("Xem {name} ở tệp {file}, dòng {line}.").format(
                name=earlier.person.name, file=earlier.draft.file, line=earlier.draft.line_of((*earlier.place, "login"))
            )
            entry.draft.report(Complaint((*entry.place, "login"), f"{sentence} {where}"))
            return
    accepted.append(entry)


def _sentence(entry: _Entry, earlier: _Entry) -> str:
    person, other = entry.person, earlier.person
    if entry.slug == earlier.slug:
        return _("Tên đăng nhập “{login}” đã có người dùng trong đơn vị này: đặt tên khác.").format(login=person.login)
    if not (person.same_account or other.same_account):
        sentence = _(
            "Tên đăng nhập “{login}” đã có ở đơn vị khác: đặt tên khác, hoặc ghi same_account = true nếu là một người."
        )
        return sentence.format(login=person.login)
    if person.name != other.name:
        return _("Một tài khoản mà hai họ tên: ghi cùng họ tên, hoặc đặt tên đăng nhập khác.")
    return ""
