"""The pictures of the README: `.venv/bin/python tests/journeys/take_screenshots.py` writes deploy/screenshots/*.png.

A product of its own is started on a temporary folder and filled with the demo year; nothing else is touched.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from serving import Serving, temporary_folder

from platform_core.accounts.demo import DEMO_PASSWORD

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "screenshots"
HOME = "/t/kien-luong"
MODULE = f"{HOME}/monthly-rating"
WIDE, NARROW = (1280, 860), (360, 740)


def main() -> int:
    """Take them all; returns the exit code."""
    FOLDER.mkdir(exist_ok=True)
    data = temporary_folder()
    serving = Serving(data).start()
    try:
        fill = [Path(sys.executable).with_name("thidua"), "--data", data, "demo", "fill"]
        subprocess.run(fill, check=True, stdout=subprocess.DEVNULL)
        with sync_playwright() as driver:
            chromium = driver.chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
            )
            for width, height in (WIDE, NARROW):
                page = chromium.new_page(
                    base_url=serving.address, viewport={"width": width, "height": height}, locale="vi-VN"
                )
                _round(page, width)
            chromium.close()
    finally:
        serving.stop()
        shutil.rmtree(data, ignore_errors=True)
    return 0


def _round(page: Page, width: int) -> None:
    def take(name: str) -> None:
        page.screenshot(path=FOLDER / f"{name}-{width}.png")

    page.goto("/sign-in")
    take("sign-in")
    page.fill("[name=login]", "duc.tq")
    page.fill("[name=password]", DEMO_PASSWORD)
    page.click("#sign-in button[type=submit]")
    page.wait_for_url(f"**{HOME}")
    take("my-work")
    page.goto(f"{MODULE}/year")
    take("year-table")
    page.goto(MODULE)
    links = page.locator("main a[href*='/cycles/']").evaluate_all("all => all.map(one => one.pathname)")
    running, last, *_older = dict.fromkeys(re.sub(r"(/cycles/[^/]+).*", r"\1", link) for link in links)
    page.goto(running)
    take("period")
    page.goto(f"{running}/notice")
    take("assignment-notice")
    page.goto(f"{running}/assessment")
    take("self-assessment")
    page.goto(f"{last}/meeting")
    take("meeting")


if __name__ == "__main__":
    sys.exit(main())
