"""The desk in real browsers, with the real socket: who gets the call, and who keeps their place."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from tests.factories import call_event
from tests.system.browser import CHROMIUM, chromium, visit

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
    pytest.mark.xdist_group("portal"),
]
EVENT = "application/cloudevents+json"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


class Switch:
    """Rings at one region."""

    def __init__(self, portal, slug):
        self.portal, self.slug = portal, slug

    def send(self, kind, call, **data):
        event = call_event(kind, call, **data) | {"time": datetime.now(UTC).isoformat()}
        with self.portal.client(self.slug, "telephony") as client:
            body = client.post("/api/v1/calls/events", json=event, headers={"Content-Type": EVENT})
        assert body.status_code == 202, body.text

    def ring(self, caller="+6281234567890", **data):
        call = f"call-{uuid.uuid4().hex[:10]}"
        self.send("call.offered", call, caller=caller, dialled="110", **data)
        return call


def row(page, call):
    return page.locator(f'#queue [data-call="{call}"]')


def take(page, call):
    before = page.url
    row(page, call).get_by_role("button").click()
    page.wait_for_url(lambda url: url != before)  # another record may be there already
    page.wait_for_selector("#record")
    page.mouse.move(0, 0)  # off the list, which stands still under the pointer


def record_of(page):
    return re.search(r"/desk/interactions/([0-9a-f-]+)/", page.url).group(1)


# Each test has a Polda of its own, so that no test's calls are in another's list.
def test_a_call_appears_and_disappears_everywhere_once_it_is_taken(browser, live_portal):
    switch = Switch(live_portal, "bali")
    with (
        visit(browser, live_portal, "bali", account="agent1") as first,
        visit(browser, live_portal, "bali", account="agent2") as second,
    ):
        first.is_live()
        second.is_live()
        call = switch.ring()
        expect(row(first.page, call)).to_be_visible()
        expect(row(second.page, call)).to_be_visible()

        first.page.keyboard.press("F2")

        expect(first.page.locator("#record")).to_be_visible()
        expect(row(second.page, call)).to_have_count(0)
        assert first.noise == second.noise == []


def test_f2_puts_the_focus_on_the_new_record(browser, live_portal):
    with visit(browser, live_portal, "banten", account="agent1") as visitor:
        visitor.is_live()
        call = Switch(live_portal, "banten").ring()
        expect(row(visitor.page, call)).to_be_visible()

        visitor.page.keyboard.press("F2")

        expect(visitor.page.locator("[name=service]").first).to_be_focused()


def test_the_loser_reads_who_won(browser, live_portal):
    call = Switch(live_portal, "bengkulu").ring()
    with visit(browser, live_portal, "bengkulu", account="agent2") as visitor:
        # A socket that says nothing: the list goes on showing the call, and the server decides.
        visitor.page.route_web_socket("**/ws/alerts/**", lambda _socket: None)
        page = visitor.goto("/desk/")
        with live_portal.client("bengkulu", "agent1") as api:
            api.post(f"/api/v1/calls/{call}/claim")

        row(page, call).get_by_role("button").click()

        expect(page.locator("[data-notice]")).to_contain_text("sudah diambil agent1")
        expect(page.locator("#shout")).to_contain_text("sudah diambil agent1")


def test_typing_goes_on_while_calls_pour_in(browser, live_portal):
    switch = Switch(live_portal, "jambi")
    with visit(browser, live_portal, "jambi", account="agent1") as visitor:
        page = visitor.page
        visitor.is_live()
        take(page, switch.ring())
        page.focus("[name=detail]")
        text = "Dua kelompok membawa kayu, arah Jalan Naripan."

        for place, letter in enumerate(text):
            page.keyboard.type(letter)
            if place % 4 == 0:
                switch.ring(caller=f"+62812{place:07d}")

        assert page.input_value("[name=detail]") == text
        expect(page.locator("[name=detail]")).to_be_focused()


def test_a_row_stays_under_the_pointer_and_the_change_is_counted(browser, live_portal):
    switch = Switch(live_portal, "lampung")
    with visit(browser, live_portal, "lampung", account="agent1") as visitor:
        page = visitor.page
        visitor.is_live()
        first, second = switch.ring("+6281200000011"), switch.ring("+6281200000012")
        expect(row(page, second)).to_be_visible()
        row(page, second).hover()
        before = row(page, second).bounding_box()

        switch.send("call.ended", first, reason="abandoned")

        expect(page.locator("[data-apply] [data-words]")).to_have_text("1 perubahan: terapkan")
        assert row(page, second).bounding_box() == before
        expect(row(page, first)).to_have_attribute("aria-disabled", "true")
        page.keyboard.press(".")
        expect(row(page, first)).to_have_count(0)


def test_what_was_typed_survives_a_reload(browser, live_portal):
    switch = Switch(live_portal, "riau")
    with visit(browser, live_portal, "riau", account="agent1") as visitor:
        page = visitor.page
        visitor.is_live()
        take(page, switch.ring())
        page.fill("[name=summary]", "Tawuran di depan gedung")
        expect(page.locator("#saved")).to_contain_text("Tersimpan")

        page.reload()

        assert page.input_value("[name=summary]") == "Tawuran di depan gedung"


def test_a_category_brings_its_service_and_priority(browser, live_portal):
    switch = Switch(live_portal, "sumbar")
    with visit(browser, live_portal, "sumbar", account="agent1") as visitor:
        page = visitor.page
        visitor.is_live()
        take(page, switch.ring())

        page.select_option("[name=category]", "L08")

        expect(page.locator("[name=service][value=pelaporan]")).to_be_checked()
        expect(page.locator('[name=priority][value="1"]')).to_be_checked()
        expect(page.locator("#record-state")).to_contain_text("P1 Darurat")


def test_a_nuisance_is_closed_by_one_click_and_undone_by_another(browser, live_portal):
    switch = Switch(live_portal, "sumsel")
    with visit(browser, live_portal, "sumsel", account="agent1") as visitor:
        page = visitor.page
        visitor.is_live()
        take(page, switch.ring())
        page.fill("[name=detail]", "tidak bicara")

        page.click("[name=nuisance][value=silent]")
        page.click("[data-undo] button")

        expect(page.locator("#record")).to_be_visible()
        assert page.input_value("[name=detail]") == "tidak bicara"


def test_a_call_is_closed_with_its_outcome(browser, live_portal):
    switch = Switch(live_portal, "sumut")
    with visit(browser, live_portal, "sumut", account="agent1") as visitor:
        page = visitor.page
        visitor.is_live()
        take(page, switch.ring())
        page.select_option("[name=category]", "I01")
        page.select_option("[name=outcome]", "answered")

        page.locator(".record__close").get_by_role("button", name="Tutup").click()

        expect(page.locator("#closed-title")).to_be_visible()
        with live_portal.client("sumut", "agent1") as api:
            closed = api.get(f"/api/v1/interactions/{record_of(page)}").json()
        assert (closed["state"], closed["outcome"]) == ("closed", "answered")


def test_a_refused_closing_says_why_and_keeps_the_text(browser, live_portal):
    switch = Switch(live_portal, "kepri")
    with visit(browser, live_portal, "kepri", account="agent1") as visitor:
        page = visitor.page
        visitor.is_live()
        take(page, switch.ring())
        page.fill("[name=detail]", "belum jelas")

        page.locator(".record__close").get_by_role("button", name="Tutup").click()

        expect(page.locator("[data-errors]")).to_be_focused()
        assert page.input_value("[name=detail]") == "belum jelas"


def test_a_lost_line_is_said_in_words_and_nothing_is_missed_after_it(browser, live_portal):
    switch = Switch(live_portal, "babel")
    with visit(browser, live_portal, "babel", account="agent1") as visitor:
        page = visitor.page
        visitor.is_live()

        visitor.context.set_offline(True)
        chip = page.locator("[data-alert-feed]")
        expect(chip).to_contain_text("Terputus")
        call = switch.ring()
        visitor.context.set_offline(False)

        expect(chip).to_contain_text("Tersambung", timeout=20_000)
        expect(row(page, call)).to_be_visible()


def test_an_alert_that_got_lost_is_noticed_and_asked_for_again(browser, live_portal):
    lost = []

    def lose_the_first_alert(socket):
        server = socket.connect_to_server()

        def pass_on(message):
            if '"alert"' in message and not lost:
                lost.append(message)
            else:
                socket.send(message)

        server.on_message(pass_on)

    with visit(browser, live_portal, "kalsel", account="agent1") as visitor:
        visitor.page.route_web_socket("**/ws/alerts/**", lose_the_first_alert)
        page = visitor.goto("/desk/")
        visitor.is_live()

        call = Switch(live_portal, "kalsel").ring()

        expect(row(page, call)).to_be_visible()
        assert len(lost) == 1


def test_what_was_typed_last_is_kept_when_another_call_is_taken(browser, live_portal):
    switch = Switch(live_portal, "kalteng")
    with visit(browser, live_portal, "kalteng", account="agent1") as visitor:
        page = visitor.page
        visitor.is_live()
        take(page, switch.ring())
        first, second = page.url, switch.ring()
        expect(row(page, second)).to_be_visible()
        page.locator("[name=detail]").press_sequentially("arah Naripan")

        with page.expect_response("**/write/"):
            page.keyboard.press("F2")
        page.wait_for_url(lambda url: url != first)
        page.goto(first)

        assert page.input_value("[name=detail]") == "arah Naripan"


def test_the_whole_way_works_without_script(browser, live_portal):
    switch = Switch(live_portal, "aceh")
    with visit(
        browser, live_portal, "aceh", account="agent1", java_script_enabled=False
    ) as visitor:
        call = switch.ring()
        page = visitor.goto("/desk/")

        row(page, call).get_by_role("button").click()
        page.select_option("[name=category]", "I01")
        page.fill("[name=detail]", "Syarat SIM")
        page.select_option("[name=outcome]", "answered")
        page.locator(".record__close").get_by_role("button", name="Tutup").click()

        expect(page.locator("#closed-title")).to_be_visible()


def test_a_phone_is_enough_to_take_a_call(browser, live_portal):
    switch = Switch(live_portal, "gorontalo")
    with visit(browser, live_portal, "gorontalo", account="agent1", size="phone") as visitor:
        visitor.is_live()
        call = switch.ring()
        expect(row(visitor.page, call)).to_be_visible()

        visitor.page.locator("#offer").get_by_role("button").click()

        expect(visitor.page.locator("#record")).to_be_visible()
        assert visitor.overflow == 0


def test_elapsed_time_is_right_on_a_computer_whose_clock_is_wrong(browser, live_portal):
    switch = Switch(live_portal, "kalbar")
    with visit(browser, live_portal, "kalbar", account="agent1") as visitor:
        call = switch.ring()
        # Five minutes ahead, from the first line of script on.
        visitor.page.add_init_script("const real = Date.now; Date.now = () => real() + 300_000")
        page = visitor.goto("/desk/")

        text = row(page, call).locator("[data-since]").inner_text()

        assert text.startswith("00.")
