"""Commands and start-up speak the language of --lang, else of the locale; everywhere else Vietnamese."""

import os
import subprocess
import sys

import pytest

THIDUA = "from platform_core.cli import main; main()"
LANGUAGE = ("THIDUA_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
VIETNAMESE, ENGLISH = "chưa có dữ liệu", "holds no data:"


def call(*words: str, **given: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in (*LANGUAGE, "DATABASE_URL")}
    environment |= {"PYTHONPATH": ":".join(filter(None, sys.path)), "PYTHONUTF8": "1"} | given
    return subprocess.run([sys.executable, "-c", THIDUA, *words], env=environment, capture_output=True, text=True,
                          timeout=60)


@pytest.mark.parametrize(("options", "given", "said"), [
    ((), {}, VIETNAMESE),
    ((), {"LANG": "C.UTF-8"}, VIETNAMESE),
    ((), {"LANG": "de_DE.UTF-8"}, VIETNAMESE),
    ((), {"LANG": "en_US.UTF-8"}, ENGLISH),
    ((), {"LANG": "en_US.UTF-8", "LC_MESSAGES": "vi_VN.UTF-8"}, VIETNAMESE),
    ((), {"LANG": "vi_VN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, ENGLISH),
    (("--lang", "en"), {"LANG": "vi_VN.UTF-8"}, ENGLISH),
    (("--lang", "vi"), {"LC_ALL": "en_US.UTF-8", "THIDUA_LANG": "en"}, VIETNAMESE),
])
def test_the_language_is_that_of_the_option_or_the_locale(tmp_path, options, given, said):
    told = call("--data", str(tmp_path), *options, "tenants", "list", **given)
    assert told.returncode == 1
    assert said in told.stderr and len(told.stderr.strip().splitlines()) == 1, told.stderr


def test_a_language_that_there_is_not_is_wrong_use(tmp_path):
    assert call("--data", str(tmp_path), "--lang", "fr", "tenants", "list").returncode == 2


def test_a_setting_that_is_no_number_is_one_sentence(tmp_path):
    told = call("--data", str(tmp_path), "--lang", "en", "tenants", "list", THIDUA_PORT="many")
    assert told.returncode == 1
    assert told.stderr.strip() == "thidua: THIDUA_PORT: “many” must be a whole number from 0 to 65535."


@pytest.fixture(scope="module")
def own(postgres, template):
    """The instance of the test run."""
    return {"THIDUA_DATA": str(postgres.folder)}


def test_faults_of_a_blueprint_are_told_in_english(own, tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text('[blueprint]\nname = "Thử"\nsource = "thử"\n[[body]]\nslug = "x"\nkind = "village"\n')
    told = call("--lang", "en", "tenants", "apply", str(file), **own).stderr
    assert "The key “name” is missing: add it to this table." in told and "Choose one of the words" in told
    assert "Thiếu khóa" not in told


def test_doctor_titles_are_in_the_language_and_names_for_programs_are_not(own):
    assert "ok   trails are whole" in call("--lang", "en", "doctor", **own).stdout
    assert "ok   nhật ký còn nguyên vẹn" in call("doctor", **own).stdout
    assert '"check": "trails are whole"' in call("doctor", "--json", **own).stdout
