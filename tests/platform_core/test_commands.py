"""`thidua`: every command on a real instance, exit codes, JSON, faults that name file, line and field."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

THIDUA = Path(sys.executable).with_name("thidua")
BODY = """
[blueprint]
name = "Thử"
source = "thử"
demo = true

[[body]]
slug = "thu-nghiem"
name = "Viện kiểm sát nhân dân thử nghiệm"
short_name = "VKSND thử nghiệm"
kind = "district"
place = "Thử"
valid_from = 2020-01-01
"""


@pytest.fixture(scope="module")
def call(postgres, template):
    """Runs `thidua` on the instance of the test run."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {
        "THIDUA_DATA": str(postgres.folder)
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([THIDUA, *words], env=environment, capture_output=True, text=True, timeout=60)

    return run


def test_help_shows_examples(call):
    told = call("--help")
    assert told.returncode == 0
    assert "Examples" in told.stdout


def test_bodies_are_listed_and_shown(call):
    listed = json.loads(call("tenants", "list", "--json").stdout)
    assert {"toi-cao", "kien-luong", "giang-thanh", "cum-11"} <= {body["slug"] for body in listed}
    assert sum(body["kind"] == "province" and body["valid_to"] is None for body in listed) == 34
    shown = json.loads(call("tenants", "show", "kien-luong", "--json").stdout)
    assert shown["parent"] == "kien-giang"
    assert call("tenants", "show", "khong-co").returncode == 1


def test_demo_accounts_name_body_login_password_and_roles(call):
    accounts = json.loads(call("demo", "accounts", "--json").stdout)
    chair = next(one for one in accounts if one["login"] == "duc.tq")
    assert chair["slug"] == "kien-luong"
    assert set(chair["roles"]) == {"chair", "leader", "member"}
    assert chair["password"]


def test_a_blueprint_is_applied_once_and_again_changes_nothing(call, tmp_path):
    file = tmp_path / "thu.toml"
    file.write_text(BODY)
    assert call("tenants", "apply", str(file)).returncode == 0
    again = json.loads(call("tenants", "apply", str(file), "--json").stdout)
    assert again["people"] == again["modules"] == 0


def test_a_faulty_blueprint_names_file_line_and_field_and_applies_nothing(call, tmp_path):
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(BODY.replace("thu-nghiem", "khong-duoc-tao"))
    bad.write_text(BODY.replace("thu-nghiem", "hong").replace('kind = "district"', 'kind = "village"'))
    told = call("tenants", "apply", str(good), str(bad))
    assert told.returncode == 1
    assert "bad.toml" in told.stderr and "kind" in told.stderr and "11" in told.stderr
    assert call("tenants", "show", "khong-duoc-tao").returncode == 1


def test_modules_are_switched_off_and_on(call):
    def enabled() -> bool:
        lines = json.loads(call("modules", "list", "giang-thanh", "--json").stdout)
        return next(line["enabled"] for line in lines if line["name"] == "monthly_rating")

    assert enabled()
    assert call("modules", "disable", "giang-thanh", "monthly_rating").returncode == 0
    assert not enabled()
    assert call("modules", "enable", "giang-thanh", "monthly_rating").returncode == 0
    assert enabled()
    assert call("modules", "enable", "giang-thanh", "no_such_module").returncode == 1


def test_a_forgotten_password_is_replaced(call):
    told = json.loads(call("users", "password", "en.ht", "--json").stdout)
    assert told["login"] == "en.ht" and len(told["password"]) >= 10
    account = next(one for one in json.loads(call("users", "list", "--json").stdout) if one["login"] == "en.ht")
    assert account["must_change"]
    assert call("users", "password", "nobody.here").returncode == 1


def test_accounts_are_closed_and_opened_by_login(call):
    def closed() -> bool:
        return next(one["closed"] for one in json.loads(call("users", "list", "--json").stdout)
                    if one["login"] == "on.dv")

    assert "Đã khóa tài khoản on.dv" in call("users", "close", "on.dv").stdout
    assert closed()
    refused = call("users", "password", "on.dv")
    assert refused.returncode == 1 and "thidua users open on.dv" in refused.stderr
    assert "Đã mở lại" in call("users", "open", "on.dv").stdout
    assert not closed()
    assert call("users", "close", "nobody.here").returncode == 1


def test_doctor_is_well(call):
    told = call("doctor", "--json")
    assert told.returncode == 0, told.stdout
    assert all(one["well"] for one in json.loads(told.stdout))


def test_the_api_describes_itself(call):
    described = json.loads(call("openapi").stdout)
    assert "/api/v1/session" in described["paths"]


def test_the_matrix_of_routes_is_generated(call):
    lines = json.loads(call("routes", "--json").stdout)
    assert all(line["permission"] for line in lines)
    decide = next(line for line in lines if line["path"].endswith("/grade") and line["path"].startswith("/api/"))
    assert decide["permission"] == "monthly_rating.grade.decide"
    assert "chair" in decide["roles"] and "member" not in decide["roles"]


def test_wrong_use_is_exit_code_2(call):
    assert call("serve", "--port", "many").returncode == 2


def test_trails_are_verified_and_their_heads_kept_in_a_file(call, tmp_path):
    file = tmp_path / "anchors.jsonl"
    assert json.loads(call("trail", "verify", "--anchor", str(file), "--json").stdout) == []
    assert call("trail", "verify", "--anchor", str(file)).returncode == 0
    assert len(file.read_text().splitlines()) == 2
    file.write_text(file.read_text().replace('":[', '":[1', 1))
    told = call("trail", "verify", "--anchor", str(file))
    assert told.returncode == 1
    assert "Dòng 1" in told.stderr and len(told.stderr.strip().splitlines()) == 1
    assert len(file.read_text().splitlines()) == 2


def test_the_work_of_a_day_is_done_at_once(call, postgres):
    kept = postgres.folder / "trail-anchors.jsonl"
    made = json.loads(call("maintain", "--json").stdout)
    assert made["heads"] > 40
    assert len(kept.read_text().splitlines()) == 1
    kept.unlink()  # other files of this run keep other databases beside this folder
