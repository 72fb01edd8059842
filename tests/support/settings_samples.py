"""The page of a module's settings as the shell tests show it: every kind of setting, every origin, every lock."""

from msgspec.structs import replace

from platform_core.plugin_settings.page import SettingLine, SettingsPage, SettingThere

PLAIN = SettingLine(
    "opening_day", "Ngày ban hành", "Ngày thứ mấy của kỳ, từ 1 đến 28.", "int", [], 1, 28, None, 7, "7", 5, "own",
    "", "", True, None, "", [SettingThere("kien-luong", "VKSND huyện Kiên Lương", 9, "9", True)],
)  # fmt: skip
SETTINGS = [
    PLAIN,
    replace(
        PLAIN, key="cycle", kind="choice", choices=[("week", "Tuần"), ("month", "Tháng")], value="month", words="Tháng",
        source="inherited", source_body="VKSND tỉnh An Giang", locked_here=False,
    ),
    replace(
        PLAIN, key="named", kind="choice", choices=[("true", "Có"), ("false", "Không")], value=False, words="Không",
        source="default", locked_by="VKSND tỉnh An Giang", locked_here=False, set_here=True,
    ),
    replace(PLAIN, key="sign", kind="str", value="TB/CB", words="TB/CB", longest=20, set_here="x" * 30,
            misfit="Dài quá."),
    replace(PLAIN, key="since", kind="date", value="2026-01-01", words="01/01/2026", below=[]),
    replace(PLAIN, key="levels", kind="list", value=["A"], words='["A"]', below=[]),
]  # fmt: skip
SETTINGS_PAGES = {
    "settings": SettingsPage("monthly_rating", "Đánh giá hằng tháng", 3, True, SETTINGS, []),
    "settings_off": SettingsPage("monthly_rating", "Đánh giá hằng tháng", 0, False, SETTINGS[:1], ["ten_cu"]),
    "settings_none": SettingsPage("good_deeds", "Việc tốt", 0, True, [], []),
}
