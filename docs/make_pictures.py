"""The pictures of README and docs: a portal of its own, invented people, Debian's Chromium."""

import json
import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.live import LivePortal

FOLDER = Path(__file__).resolve().parent / "pictures"
CHROMIUM = "/usr/bin/chromium"
BATCH = "application/cloudevents-batch+json"
POLDA = "jabar"


def main() -> None:
    """Start a portal, let something happen in it, and take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        portal = LivePortal(Path(folder) / "data")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--host-resolver-rules=MAP *.localhost 127.0.0.1",
            ],
        )
        try:
            portal.start()
            _take_all(portal, browser)
        finally:
            browser.close()
            portal.clear()


def _take_all(portal: LivePortal, browser: Browser) -> None:
    _calls(portal)
    number = _complaint(portal)
    desk = _signed_in(portal, browser, POLDA, "agent1", theme="dark")
    desk.get_by_text("Tersambung").first.wait_for()
    desk.keyboard.press("F2")
    desk.wait_for_url("**/desk/interactions/**")
    _take(desk, "desk")
    supervisor = _signed_in(portal, browser, POLDA, "supervisor")
    supervisor.goto(portal.url(POLDA, f"/complaints/{number}/"))
    _take(supervisor, "complaint")
    _take(_signed_in(portal, browser, POLDA, "it"), "administration")
    _take(_signed_in(portal, browser, "nasional", "hq"), "national")
    public = _page(browser)
    public.goto(portal.url(POLDA, "/pengaduan/"))
    _take(public, "public-complaint")


def _page(browser: Browser, theme: Any = "light") -> Page:
    context = browser.new_context(
        viewport={"width": 1366, "height": 768},
        locale="id-ID",
        color_scheme=theme,
        reduced_motion="reduce",
    )
    return context.new_page()


def _signed_in(
    portal: LivePortal, browser: Browser, slug: str, account: str, theme: Any = "light"
) -> Page:
    page = _page(browser, theme)
    page.goto(portal.url(slug, "/sign-in/"))
    page.fill("input[name=username]", account)
    page.fill("input[name=password]", portal.demo["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def _take(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    page.screenshot(path=FOLDER / f"{name}.png")


def _calls(portal: LivePortal) -> None:
    now = datetime.now(UTC)
    events = []
    for number, waited in enumerate([9, 16, 22, 27]):
        call = f"call-{number}"
        at = now - timedelta(seconds=waited)
        caller = None if number == 1 else f"+62812000000{number}"
        events.append(_event("offered", call, at, caller=caller, dialled="110"))
        events.append(
            _event(
                "located",
                call,
                at,
                latitude=-6.9147 + number / 100,
                longitude=107.6098,
                accuracy_m=18,
                method="aml",
            )
        )
    for number in range(40):
        at = now - timedelta(minutes=7 * number + 10)
        call = f"earlier-{number}"
        events.append(_event("offered", call, at, caller="+6281200000099", dialled="110"))
        answered = at + timedelta(seconds=3 + number % 14)
        events.append(_event("answered", call, answered, agent=f"ext-{number % 4}"))
        ended = at + timedelta(minutes=2)
        events.append(_event("ended", call, ended, reason="completed"))
    with portal.client(POLDA, "telephony") as switch:
        switch.post(
            "/api/v1/calls/events", content=json.dumps(events), headers={"Content-Type": BATCH}
        ).raise_for_status()


def _event(kind: str, call: str, at: datetime, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": uuid.uuid4().hex,
        "source": "/switch/pictures",
        "type": f"id.layanan110.call.{kind}",
        "subject": call,
        "time": at.isoformat(),
        "data": data,
    }


def _complaint(portal: LivePortal) -> str:
    body = {
        "channel": "walk_in",
        "category": "P13",
        "summary": "Dimintai uang saat mengurus SIM",
        "detail": "Petugas di loket 3 meminta Rp100.000 tanpa tanda terima.",
        "complainant": {"name": "Warga Contoh", "phone": "+6281200000009"},
    }
    with portal.client(POLDA, "supervisor") as desk:
        number: str = (
            desk.post("/api/v1/complaints/", json=body).raise_for_status().json()["number"]
        )
        for verb in ("verify", "escalate"):
            desk.post(f"/api/v1/complaints/{number}/{verb}", json={}).raise_for_status()
    return number


if __name__ == "__main__":
    main()
