"""A setting is checked by itself, in words; what is stored and no longer fits falls back and takes nothing down."""

from datetime import date
from typing import Annotated, Literal
from uuid import uuid4

import pytest
from msgspec import Meta, Struct
from structlog.testing import capture_logs

from plugin_api.config import Patch, misfits, origins, resolve
from plugin_api.errors import Invalid
from plugin_api.setting_fields import checked, in_words

ABOVE, OWN = uuid4(), uuid4()


class Rules(Struct, frozen=True):
    """Settings of every kind."""

    days: Annotated[int, Meta(ge=1, le=28, title="Số ngày")] = 5
    most: Annotated[int, Meta(ge=1, title="Nhiều nhất")] = 10
    share: Annotated[float, Meta(ge=0, le=1, title="Tỷ lệ")] = 0.5
    named: Annotated[bool, Meta(title="Ghi tên")] = True
    cycle: Annotated[Literal["week", "month"], Meta(title="Kỳ", extra={"words": {"week": "Tuần"}})] = "month"
    sign: Annotated[str, Meta(title="Ký hiệu", max_length=5)] = "TB"
    since: Annotated[date, Meta(title="Từ ngày")] = date(2020, 1, 1)
    until: Annotated[date | None, Meta(title="Đến ngày")] = None

    def __post_init__(self) -> None:
        if self.days > self.most:
            raise ValueError("days beyond most")


def stored(tenant_id=OWN, locked=(), **values):
    return Patch(tenant_id, "rules", values, list(locked))


def test_every_setting_that_does_not_fit_is_named_at_once_by_its_title():
    with pytest.raises(Invalid) as refused:
        checked(Rules, {"days": 90, "named": "maybe", "cycle": "year", "sign": "quá dài rồi", "day": 1, "most": ""})
    told = refused.value.problems
    assert told["days"] == "Số ngày: cần một số từ 1 đến 28."
    assert told["named"] == "Ghi tên: hãy chọn một trong true (Có), false (Không)."
    assert told["cycle"] == "Kỳ: hãy chọn một trong week (Tuần), month."
    assert told["sign"] == "Ký hiệu: dài quá 5 ký tự."
    assert told["day"] == "Mô-đun không có thiết lập “day”; có lẽ là “days”."
    assert told["most"] == "Nhiều nhất: chưa nhập." and len(told) == 6


def test_what_is_typed_is_stored_as_what_it_means():
    typed = {"days": "7", "share": "0,25", "named": "không", "since": "31/03/2026", "sign": " ", "until": ""}
    assert checked(Rules, typed) == {
        "days": 7, "share": 0.25, "named": False, "since": "2026-03-31", "sign": "", "until": None}  # fmt: skip
    assert [in_words(Rules, "named", False), in_words(Rules, "cycle", "week"), in_words(Rules, "share", 0.25)] == [
        "Không", "Tuần", "0,25"]  # fmt: skip


def test_a_stored_value_that_no_longer_fits_falls_back_to_what_is_inherited():
    above, own = stored(ABOVE, days=7), stored(days=90, sign="BB", gone=1)
    with capture_logs() as logged:
        assert (resolve(Rules, [above, own]).days, resolve(Rules, [own]).days) == (7, 5)
        assert resolve(Rules, [above, own]).sign == "BB", "what fits still counts"
    assert [(one["module"], one["key"], one["tenant_id"]) for one in logged] == [("rules", "days", str(OWN))], "once"
    assert [(one.key, one.sentence) for one in misfits(Rules, [own])] == [
        ("days", "Số ngày: cần một số từ 1 đến 28."), ("gone", "Mô-đun không có thiết lập “gone”.")]  # fmt: skip


def test_what_a_body_above_stored_wrongly_takes_nothing_down_below():
    found = origins(Rules, [stored(ABOVE, locked=["days"], days="many"), stored(days=9)])
    assert (found["days"].value, found["days"].patch) == (5, None) and found["days"].locked_by is not None


def test_stored_values_that_contradict_each_other_leave_the_body_with_what_is_inherited():
    assert resolve(Rules, [stored(ABOVE, most=12), stored(days=20)]) == Rules(most=12)


def test_the_upper_lock_counts_and_the_own_value_comes_back_when_it_is_gone():
    own = stored(days=9)
    assert resolve(Rules, [stored(ABOVE, locked=["days"]), own]).days == 5
    assert resolve(Rules, [stored(ABOVE), own]).days == 9
