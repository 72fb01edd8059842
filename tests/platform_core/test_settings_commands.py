"""`thidua settings` for operators, and blueprints that change settings and say what they changed."""

import json
import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from inside import Backdoor

ROOT = Path(__file__).parents[2]
THIDUA = Path(sys.executable).with_name("thidua")
FILE = """
[blueprint]
name = "Thử"
source = "thử"
demo = true

[[body]]
slug = "tinh-thu"
name = "Viện kiểm sát nhân dân tỉnh Thử"
short_name = "VKSND tỉnh Thử"
kind = "province"
place = "Thử"
valid_from = 2020-01-01
[[body.module]]
name = "monthly_rating"
{above}

[[body]]
slug = "huyen-thu"
name = "Viện kiểm sát nhân dân huyện Thử"
short_name = "VKSND huyện Thử"
kind = "district"
parent = "tinh-thu"
place = "Thử"
valid_from = 2020-01-01
[[body.module]]
name = "monthly_rating"
{below}
"""
RATING = "monthly_rating"


@pytest.fixture
def backdoor(database) -> Backdoor:
    return Backdoor(database.dsn(database.server.superuser))


@pytest.fixture
def call(database, postgres):
    """Runs `thidua` on this file's database, as the operator does."""
    key = (postgres.folder / "instance.key").read_text().strip()
    environment = os.environ | {"DATABASE_URL": database.dsn(), "THIDUA_KEY": key}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([THIDUA, *words], env=environment, capture_output=True, text=True, timeout=60)

    return run


@pytest.fixture
def apply(call, tmp_path):
    """Applies a province and a district with these settings; the answer in words."""

    def applied(above="", below="", *options: str) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "thu.toml"
        file.write_text(FILE.format(above=above, below=below))
        return call("tenants", "apply", str(file), *options)

    return applied


@pytest.fixture
def value(call):
    """The value in force in a body."""

    def shown(slug, key):
        page = json.loads(call("settings", "show", slug, RATING, "--json").stdout)[0]
        return next(one["value"] for one in page["settings"] if one["key"] == key)

    return shown


@pytest.mark.anyio
async def test_the_operator_shows_sets_locks_and_resets_visibly_in_the_trail(site, call, value):
    shown = call("settings", "show", "kien-luong").stdout
    assert "opening_day = 5  [mặc định]  Ngày ban hành thông báo phân công" in shown
    tried = call("settings", "set", "kien-giang", RATING, "opening_day=7", "--preview")
    assert "chưa thay đổi gì" in tried.stdout and value("kien-giang", "opening_day") == 5
    done = call("settings", "set", "kien-giang", RATING, "opening_day=7", "comments_named=không")
    assert "opening_day: 5 → 7" in done.stdout and "kien-luong: opening_day: 5 → 7  (đổi theo)" in done.stdout
    assert "comments_named: Có → Không" in done.stdout and value("kien-luong", "comments_named") is False
    assert call("settings", "set", "kien-giang", RATING, "opening_day=7").stdout.strip() == "Không có gì thay đổi."
    assert "opening_day: khóa cho cấp dưới" in call("settings", "lock", "kien-giang", RATING, "opening_day").stdout
    assert "VKSND tỉnh Kiên Giang đã khóa" in call("settings", "show", "kien-luong", RATING).stdout
    assert call("settings", "set", "kien-luong", RATING, "opening_day=9").returncode == 1
    assert call("settings", "unlock", "kien-giang", RATING, "opening_day").returncode == 0
    assert call("settings", "set", "kien-luong", RATING, "opening_day=9").returncode == 0
    assert "opening_day: 9 → 7" in call("settings", "reset", "kien-luong", RATING, "opening_day").stdout
    admin = await site.sign_in("oanh.qt")
    line = (await admin.asks("/trail", table="setting_patch"))["lines"][0]
    assert (line["who"], line["changes"][0]) == ("Hệ thống", {
        "field": "Ngày ban hành thông báo phân công", "before": "9", "after": "(theo cấp trên)"})  # fmt: skip


def test_what_does_not_fit_is_one_line_each_with_body_field_and_words(call):
    told = call("settings", "set", "kien-luong", RATING, "opening_day=90", "lesson_required=maybe")
    assert told.returncode == 1 and "Traceback" not in told.stderr
    assert told.stderr.splitlines() == [
        "thidua: kien-luong: monthly_rating.opening_day: Ngày ban hành thông báo phân công: cần một số từ 1 đến 28.",
        "kien-luong: monthly_rating.lesson_required: Bắt buộc nêu bài học: "
        "hãy chọn một trong true (Có), false (Không).",
    ]
    assert "khong-co" in call("settings", "show", "khong-co").stderr
    assert "no_such" in call("settings", "show", "kien-luong", "no_such").stderr
    assert call("settings", "set", "kien-luong", RATING, "opening_day").returncode == 2
    assert "đúng JSON" in call("settings", "set", "kien-luong", RATING, "opening_day=[1").stderr


def test_a_changed_blueprint_changes_settings_says_so_and_a_second_run_changes_nothing(apply, value):
    assert apply("settings = { opening_day = 6 }", "settings = { decision_days = 12 }").returncode == 0
    assert (value("huyen-thu", "opening_day"), value("huyen-thu", "decision_days")) == (6, 12)
    changed = apply("settings = { opening_day = 8 }\nlocked = ['opening_day']", "settings = { decision_days = 12 }")
    lines = changed.stdout.splitlines()[1:]
    assert lines == [
        "tinh-thu: monthly_rating.opening_day: 6 → 8", "tinh-thu: monthly_rating.opening_day: mở → khóa",
        "huyen-thu: monthly_rating.opening_day: 6 → 8"]  # fmt: skip
    again = apply("settings = { opening_day = 8 }\nlocked = ['opening_day']", "settings = { decision_days = 12 }")
    assert again.stdout.splitlines()[1:] == ["Không có gì khác trước ở đơn vị đã có và ở thiết lập."]
    left_out = apply("", "")
    assert left_out.returncode == 0 and value("tinh-thu", "opening_day") == 8, "what is not named stays"


def test_what_the_body_changed_itself_stays_and_is_told_unless_forced(apply, call, value):
    assert apply("", "settings = { notice_sign = 'TB/A' }").returncode == 0
    assert call("settings", "set", "huyen-thu", RATING, "notice_sign=TB/B").returncode == 0
    kept = apply("", "settings = { notice_sign = 'TB/C' }")
    assert kept.returncode == 0 and value("huyen-thu", "notice_sign") == "TB/B"
    assert ("huyen-thu: giữ nguyên monthly_rating.notice_sign (Ký hiệu thông báo) = TB/B, tệp ghi TB/C: "
            "đơn vị tự đặt.") in kept.stdout  # fmt: skip
    forced = apply("", "settings = { notice_sign = 'TB/C' }", "--force")
    assert "huyen-thu: monthly_rating.notice_sign: TB/B → TB/C" in forced.stdout
    assert "TB/C → TB/D" in apply("", "settings = { notice_sign = 'TB/D' }").stdout, "a blueprint's own again"


def test_a_lock_above_is_told_and_stops_nothing(apply, call, value):
    assert apply().returncode == 0
    assert call("settings", "lock", "tinh-thu", RATING, "minutes_sign").returncode == 0
    kept = apply("", "settings = { minutes_sign = 'BB/A' }")
    assert kept.returncode == 0 and "VKSND tỉnh Thử đã khóa" in kept.stdout
    assert value("huyen-thu", "minutes_sign") == "BB/CB"
    assert call("settings", "unlock", "tinh-thu", RATING, "minutes_sign").returncode == 0


def test_faults_name_file_line_body_module_and_field_all_at_once_and_nothing_is_applied(apply, value):
    before = value("tinh-thu", "assessment_days")
    told = apply(
        "settings = { opening_day = 90, no_such = 1 }", "settings = { comments_named = 'maybe' }\nlocked = ['no_such']"
    )
    assert told.returncode == 1 and len(told.stderr.splitlines()) == 4
    first = next(line for line in told.stderr.splitlines() if "opening_day" in line)
    assert "thu.toml: 16: body.module.settings.opening_day: VKSND tỉnh Thử, Xếp loại hằng tháng: " in first
    assert "Ngày ban hành thông báo phân công: cần một số từ 1 đến 28." in first
    together = apply("settings = { assessment_days = 9 }", "settings = { decision_days = 5 }")
    assert together.returncode == 1 and "body.module.settings.decision_days: VKSND huyện Thử" in together.stderr
    assert "Hạn họp và công bố phải sau" in together.stderr and value("tinh-thu", "assessment_days") == before
    unknown = apply("[[body.module]]\nname = 'no_such'")
    assert "body.module.name: Không có mô-đun “no_such”" in unknown.stderr


def test_files_that_change_a_body_and_one_below_are_judged_as_all_of_it_leaves_them(apply, value):
    assert apply("settings = { decision_days = 20 }", "settings = { decision_days = 12 }").returncode == 0
    alone = apply("settings = { assessment_days = 15, decision_days = 20 }", "")
    assert alone.returncode == 1 and "VKSND huyện Thử: Hạn họp" in alone.stderr
    both = apply("settings = { assessment_days = 15, decision_days = 20 }", "settings = { decision_days = 16 }")
    assert both.returncode == 0, both.stderr
    assert (value("huyen-thu", "assessment_days"), value("huyen-thu", "decision_days")) == (15, 16)


def test_another_name_of_a_body_is_told(apply, call, tmp_path):
    assert apply().returncode == 0
    file = tmp_path / "thu.toml"
    file.write_text(file.read_text().replace('short_name = "VKSND huyện Thử"', 'short_name = "VKSND H. Thử"'))
    assert "huyen-thu: short_name: VKSND huyện Thử → VKSND H. Thử" in call("tenants", "apply", str(file)).stdout


@pytest.mark.anyio
async def test_doctor_names_what_no_longer_fits(call, backdoor):
    def verdict() -> dict:
        told = json.loads(call("doctor", "--json").stdout)
        return next(one for one in told if one["check"] == "stored settings fit")

    assert verdict()["well"]
    assert call("settings", "set", "kien-luong", RATING, "opening_day=9").returncode == 0
    await backdoor.execute(
        """UPDATE app.setting_patch SET patch = '{"opening_day": 90}'
           WHERE tenant_id = (SELECT id FROM app.tenant WHERE slug = 'kien-luong')"""
    )
    assert not verdict()["well"] and "kien-luong: monthly_rating.opening_day" in verdict()["detail"]
    assert "90" in call("settings", "show", "kien-luong", RATING).stdout
    assert call("settings", "reset", "kien-luong", RATING, "opening_day").returncode == 0
    assert verdict()["well"]
    await backdoor.execute(
        """UPDATE app.setting_patch SET patch = '{"assessment_days": 20}'
           WHERE tenant_id = (SELECT id FROM app.tenant WHERE slug = 'kien-luong')"""
    )
    assert "kien-luong: monthly_rating.decision_days: Hạn họp" in verdict()["detail"], "nor together"


@pytest.mark.anyio
async def test_what_a_blueprint_set_before_it_was_written_down_is_still_a_blueprints(backdoor):
    """The column comes to bodies that have settings already."""
    place = ROOT / "migrations" / "core" / "core_2026_11_24_settings.py"
    spec = spec_from_file_location("settings_migration", place)
    migration = module_from_spec(spec)
    spec.loader.exec_module(migration)
    await backdoor.execute("""
        DELETE FROM app.setting_patch;
        INSERT INTO app.setting_patch SELECT id, gen_random_uuid(), 'monthly_rating', '{"opening_day": 7}', '["cycle"]',
          now(), '00000000-0000-0000-0000-000000000000', CASE slug WHEN 'kien-luong' THEN 1 ELSE 2 END
          FROM app.tenant WHERE slug IN ('kien-luong', 'giang-thanh');
        ALTER TABLE app.setting_patch DROP COLUMN blueprint;""")
    await backdoor.execute(migration.COLUMN)
    found = await backdoor.fetch(
        "SELECT slug, blueprint FROM app.setting_patch s JOIN app.tenant t ON t.id = s.tenant_id ORDER BY slug"
    )
    assert [(line["slug"], json.loads(line["blueprint"])) for line in found] == [
        ("giang-thanh", {}), ("kien-luong", {"settings": {"opening_day": 7}, "locked": ["cycle"]})]  # fmt: skip
