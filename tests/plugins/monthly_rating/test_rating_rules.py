"""The rules the domain argues about, over values drawn at random."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monthly_rating.config import RatingSettings, conflicts
from monthly_rating.rules import periods, plan_changes, readiness, schemes, states, tasks
from plugin_api.errors import Invalid, Refused

DAYS = st.dates(date(2010, 1, 1), date(2060, 12, 31))
KINDS = st.sampled_from(["week", "month", "quarter"])
ABC = [schemes.Level("A", "Tốt", 1, True), schemes.Level("B", "Đạt", 2, True), schemes.Level("C", "Không", 3, False)]


@given(DAYS, KINDS)
def test_periods_follow_each_other_without_gap_or_overlap(day, kind):
    period = periods.period_containing(day, kind)
    after = periods.period_after(period, kind)
    assert period.start <= day <= period.end
    assert after.start == period.end + timedelta(days=1)
    assert periods.period_containing(period.end, kind) == period


@given(DAYS, KINDS, st.integers(1, 28), st.integers(0, 31), st.integers(0, 29))
def test_deadlines_come_in_the_order_of_the_work(day, kind, opening, assessment, more):
    settings = RatingSettings(opening_day=opening, assessment_days=assessment, decision_days=max(1, assessment + more))
    period = periods.period_containing(day, kind)
    due = periods.deadlines(period, settings)
    assert period.start <= due.notice <= period.end <= due.assessment <= due.decision
    assert not conflicts(settings)


def test_a_meeting_due_before_the_self_assessments_is_named():
    assert "decision_days" in conflicts(RatingSettings(assessment_days=10, decision_days=5))


@pytest.mark.parametrize(("day", "kind", "label"), [
    (date(2026, 3, 31), "month", "Tháng 3 năm 2026"), (date(2026, 3, 31), "quarter", "Quý I năm 2026"),
    (date(2026, 12, 1), "quarter", "Quý IV năm 2026"), (date(2026, 3, 4), "week", "Tuần 10 năm 2026 "
        "(02/03–08/03/2026)"),
])  # fmt: skip
def test_periods_are_called_as_papers_call_them(day, kind, label):
    assert periods.period_containing(day, kind).label == label


@given(st.lists(st.sampled_from("ABC")))
def test_counts_add_up_and_name_every_level(decided):
    counts = schemes.count_levels(ABC, decided)
    assert list(counts) == ["A", "B", "C"]
    assert sum(counts.values()) == len(decided)
    completed, rated = schemes.count_completed(ABC, decided)
    assert completed + counts["C"] == rated == len(decided)


@given(st.lists(st.tuples(DAYS, st.booleans()), max_size=6), DAYS)
def test_the_scheme_in_force_began_before_the_day_and_none_began_later(dated, day):
    known = [
        schemes.SchemeEntry(str(place), "", ABC, "", since, None, True, enabled)
        for place, (since, enabled) in enumerate(dated)
    ]
    found = schemes.in_force(known, day)
    usable = [one for one in known if one.enabled and one.valid_from <= day]
    assert (found is None) == (not usable)
    assert found is None or all(one.valid_from <= found.valid_from for one in usable)


def test_levels_that_contradict_themselves_are_named():
    assert schemes.faults(ABC) == []
    assert len(schemes.faults([ABC[2], ABC[0], ABC[0]])) == 3
    with pytest.raises(Invalid, match="A, B, C"):
        schemes.known_level(ABC, "D")


@given(DAYS, st.none() | DAYS, DAYS)
def test_late_means_days_late(due_on, done_on, today):
    assert tasks.is_late(due_on, done_on, today) == (tasks.days_late(due_on, done_on, today) > 0)
    assert not tasks.is_late(due_on, due_on, today), "finished on the last day is in time"


@given(
    DAYS,
    st.none() | DAYS,
    DAYS,
    st.sampled_from(list(tasks.SELF_LEVELS)),
    st.sampled_from(list(tasks.MISS_REASONS)),
    st.sampled_from(["", "  ", "Hồ sơ đến chậm"]),
    st.sampled_from(["", "Đôn đốc sớm"]),
    st.booleans(),
)
def test_what_was_missed_needs_reason_explanation_and_lesson(
    due_on, done_on, today, level, reason, why, lesson, required
):
    report = tasks.OwnReport("Việc", due_on, done_on, level, reason, why, lesson)
    missing = tasks.unanswered(report, today, required)
    if tasks.needs_reason(report, today):
        assert ("miss_reason" in missing) == (not reason)
        assert ("miss_explanation" in missing) == (not why.strip())
        assert ("lesson" in missing) == (required and not lesson)
    else:
        assert not {"miss_reason", "miss_explanation", "lesson"} & set(missing)
    assert (not level or (level == "met" and done_on is None)) == ("self_level" in missing)


def person(**but):
    ready = {
        "full_name": "An",
        "excused": False,
        "tasks": 1,
        "assessment": "submitted",
        "attendance_taken": True,
        "comments": 1,
        "graded": True,
    }
    return readiness.Readiness(**(ready | but))


@pytest.mark.parametrize(("but", "question"), [
    ({"tasks": 0}, lambda people: readiness.before_issue(people)),
    ({"attendance_taken": False}, lambda people: readiness.before_close(people)),
    ({"comments": 0}, lambda people: readiness.before_close(people)),
    ({"assessment": "draft"}, lambda people: readiness.before_publication(people, True)),
    ({"graded": False}, lambda people: readiness.before_publication(people, True)),
])  # fmt: skip
def test_each_gap_is_told_with_the_name(but, question):
    assert question([person(), person(full_name="Bình")]) == []
    told = question([person(), person(full_name="Bình", **but)])
    assert len(told) == 1
    assert "Bình" in told[0] and "An" not in told[0]


def test_an_excused_person_holds_nothing_up_and_waived_counts_as_answered():
    nothing = person(excused=True, tasks=0, comments=0, assessment="", graded=False)
    assert readiness.before_issue([person(), nothing]) == []
    assert readiness.before_close([person(), nothing]) == []
    assert readiness.before_publication([person(assessment="waived"), nothing], True) == []
    assert readiness.before_publication([person()], False) != [], "an open meeting comes first"
    assert readiness.before_publication([nothing], True) != [], "somebody has to be rated"


@pytest.mark.parametrize("workflow", [states.CYCLE, states.PLAN], ids=["cycle", "plan"])
def test_a_refused_step_says_what_to_do_instead(workflow):
    for state in workflow.states:
        for key, step in workflow.steps.items():
            if state not in step.since:
                with pytest.raises(Refused) as refused:
                    workflow.after(key, state)
                said = refused.value.sentence
                assert "Bước tiếp theo" in said or "đính chính" in said or "mở lại" in said, said


ITEMS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["a", "b"])), unique_by=lambda one: one[0], max_size=5)


@given(ITEMS, ITEMS)
def test_changes_explain_the_way_from_one_version_to_the_next(before, after):
    def items(pairs):
        return [plan_changes.PlanItem(UUID(int=number), title, date(2026, 1, 1), "") for number, title in pairs]

    old, new = {one.item_id: one for one in items(before)}, {one.item_id: one for one in items(after)}
    rebuilt = dict(old)
    for change in plan_changes.changes(items(before), items(after)):
        if change.after is None:
            rebuilt.pop(change.before.item_id)
        else:
            rebuilt[change.after.item_id] = change.after
    assert rebuilt == new
    assert plan_changes.changes(items(after), items(after)) == []


def test_a_long_list_of_names_is_cut_and_counted():
    told = readiness.before_issue([person(full_name=str(uuid4()), tasks=0) for _one in range(8)])
    assert "3 người khác" in told[0]
