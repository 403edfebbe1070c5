"""Every page in a real browser: nothing for axe, no noise, no other host, no sideways scroll."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.system.browser import CHROMIUM, SIZES, chromium, visit

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
    pytest.mark.xdist_group("portal"),
]

# slug, account, path
PAGES = {
    "doors": ("", "", "/"),
    "sign in": ("jabar", "", "/sign-in/"),
    "sign out": ("jabar", "agent1", "/sign-out/"),
    "desk": ("jabar", "agent1", "/desk/"),
    "refused": ("jabar", "it", "/desk/"),
    "not here": ("jabar", "agent1", "/nothing/"),
    "administration": ("jabar", "it", "/administration/"),
    "complaints": ("jabar", "agent1", "/complaints/"),
    "new complaint": ("jabar", "agent1", "/complaints/new/"),
    "public complaint": ("jabar", "", "/pengaduan/"),
    "public follow": ("jabar", "", "/pengaduan/lacak/"),
    "summary": ("nasional", "hq", "/national/"),
    "components": ("jabar", "it", "/components/"),
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


def faults(page):
    """What axe finds, in words that help."""
    found = Axe().run(page, options=AXE).response["violations"]
    return [
        (each["id"], each["help"], [node["html"][:160] for node in each["nodes"]]) for each in found
    ]


def choose_theme(visitor, scheme):
    """Take the theme by its button, where the page has its own."""
    button = visitor.page.locator(f'button[name=theme][value="{scheme}"]')
    if button.count() and button.is_visible():
        button.click()
        visitor.page.wait_for_selector(f'html[data-theme="{scheme}"]')


@pytest.mark.parametrize("language", ["id-ID", "en-GB"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser, live_portal, name, scheme, language):
    slug, account, path = PAGES[name]
    with visit(
        browser, live_portal, slug, account=account, scheme=scheme, language=language
    ) as visitor:
        page = visitor.goto(path)
        choose_theme(visitor, scheme)

        assert faults(page) == []
        assert visitor.noise == []
        assert visitor.foreign == []
        assert page.locator("html").get_attribute("lang") == language[:2]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_its_window(browser, live_portal, name, size):
    slug, account, path = PAGES[name]
    with visit(browser, live_portal, slug, account=account, size=size) as visitor:
        visitor.goto(path)

        assert visitor.overflow == 0


@pytest.mark.parametrize(
    "name", ["sign in", "desk", "summary", "public complaint", "administration"]
)
def test_at_four_hundred_per_cent_nothing_scrolls_sideways(browser, live_portal, name):
    slug, account, path = PAGES[name]
    with visit(browser, live_portal, slug, account=account) as visitor:
        visitor.goto(path)
        visitor.page.set_viewport_size({"width": 320, "height": 640})

        assert visitor.overflow == 0


@pytest.mark.parametrize("name", ["doors", "sign in", "public complaint", "public follow"])
def test_a_public_page_needs_no_script_and_is_light(browser, live_portal, name):
    slug, _account, path = PAGES[name]
    with visit(browser, live_portal, slug, size="phone", java_script_enabled=False) as visitor:
        page = visitor.goto(path)

        assert page.locator("script").count() == 0
        assert 0 < visitor.weight < 100 * 1024


@pytest.mark.parametrize("name", ["desk", "summary", "administration"])
def test_a_page_of_the_staff_weighs_under_a_quarter_of_a_megabyte(browser, live_portal, name):
    slug, account, path = PAGES[name]
    with visit(browser, live_portal, slug, account=account) as visitor:
        visitor.goto(path)

        assert 0 < visitor.weight < 250 * 1024


def test_the_first_key_leads_past_the_navigation(browser, live_portal):
    with visit(browser, live_portal, "jabar", account="agent1") as visitor:
        page = visitor.goto("/desk/")
        page.keyboard.press("Tab")

        assert page.evaluate("document.activeElement.getAttribute('href')") == "#queue"


def test_the_language_changes_by_one_click_and_stays(browser, live_portal):
    with visit(browser, live_portal, "diy", account="agent1") as visitor:
        page = visitor.goto("/desk/")
        page.click("button[name=language][value=en]")
        page.wait_for_selector('html[lang="en"]')
        page.reload()

        assert page.locator("h1").inner_text() == "Calls"
        page.click("button[name=language][value=id]")  # the account remembers it
        page.wait_for_selector('html[lang="id"]')


def test_a_door_leads_to_its_polda(browser, live_portal):
    with visit(browser, live_portal, "") as visitor:
        page = visitor.goto("/")
        page.get_by_role("link", name="Masuk petugas: Polda Bali").click()

        assert urlsplit(page.url).hostname == "bali.localhost"
