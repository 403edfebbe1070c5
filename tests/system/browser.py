"""Chromium on the running portal: signed-in people, and what a page must never do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.live import LivePortal

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP *.localhost 127.0.0.1",
]
expect.set_options(timeout=15_000)
SIZES = {"console": (1366, 768), "wall": (1920, 1080), "phone": (390, 844)}
# Cookies of who signed in before, by port, region and account: passwords are hashed slowly.
_SIGNED_IN: dict[tuple[int, str, str], Any] = {}
# Chromium writes down every refused request as an error; refusals are part of the contract.
REFUSED = "Failed to load resource: the server responded with a status of 4"


class Visitor:
    """One person's browser window, which notes what no page may do."""

    def __init__(self, context: BrowserContext, portal: LivePortal, slug: str) -> None:
        self.context = context
        self.portal = portal
        self.slug = slug
        self.page: Page = context.new_page()
        self.noise: list[str] = []
        self.foreign: list[str] = []
        self.requests: list[Request] = []
        self.page.on("console", lambda message: self._note(message.text))
        self.page.on("pageerror", lambda error: self.noise.append(str(error)))
        context.on("request", lambda request: self._see(request.url))
        context.on("requestfinished", self._count)

    def _note(self, text: str) -> None:
        if not text.startswith(REFUSED):
            self.noise.append(text)

    def _count(self, request: Request) -> None:
        self.requests.append(request)

    def _see(self, url: str) -> None:
        if urlsplit(url).hostname not in {"localhost", f"{self.slug}.localhost"}:
            self.foreign.append(url)

    def url(self, path: str) -> str:
        if not self.slug:
            return f"http://localhost:{self.portal.port}{path}"
        return self.portal.url(self.slug, path)

    def goto(self, path: str) -> Page:
        self.page.goto(self.url(path))
        return self.page

    def sign_in(self, account: str) -> "Visitor":
        self.goto("/sign-in/")
        self.page.fill("[name=username]", account)
        self.page.fill("[name=password]", self.portal.demo["password"])
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: "sign-in" not in url)
        return self

    def is_live(self) -> None:
        """Wait until alerts arrive here."""
        expect(self.page.locator("[data-alert-feed]")).to_have_attribute(
            "data-state", "connected", timeout=15_000
        )

    @property
    def weight(self) -> int:
        """Bytes that came over the line so far, headers included."""
        sizes = [request.sizes() for request in self.requests]
        return sum(each["responseBodySize"] + each["responseHeadersSize"] for each in sizes)

    @property
    def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return max(0, width)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; its event loop ends with it, so that Django's rows can be read afterwards."""
    playwright: Playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit(
    browser: Browser,
    portal: LivePortal,
    slug: str,
    *,
    account: str = "",
    size: str = "console",
    scheme: str = "light",
    language: str = "id-ID",
    **options: Any,
) -> Iterator[Visitor]:
    """Open a window at a region's host (or the bare domain: no slug), signed in where asked."""
    width, height = SIZES[size]
    place = (portal.port, slug, account)
    context = browser.new_context(
        storage_state=_SIGNED_IN.get(place),
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]  # "light" or "dark"
        locale=language,
        reduced_motion="reduce",
        **options,
    )
    try:
        visitor = Visitor(context, portal, slug)
        if account and place not in _SIGNED_IN:
            visitor.sign_in(account)
            _SIGNED_IN[place] = context.storage_state()
        elif account:
            visitor.goto("/")
        yield visitor
    finally:
        context.close()
