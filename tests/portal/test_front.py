"""The doors: which Polda, signing in, language, theme, refusals."""

import pytest

from tests.clients import PortalClient, client_of
from tests.factories import PASSWORD, AgentFactory
from tests.portal.browsers import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bare(db):
    """A browser at the bare domain."""
    return PortalClient("localhost", HTTP_ACCEPT_LANGUAGE="en")


def sign_in(browser, username, password=PASSWORD):
    return browser.post("/sign-in/", {"username": username, "password": password})


def test_the_bare_domain_leads_to_each_polda(bare):
    text = bare.get("/").text

    assert "http://jabar.localhost:80/pengaduan/" in text
    assert "http://diy.localhost:80/" in text


def test_the_bare_domain_speaks_english_when_asked(bare):
    bare.post("/language/", {"language": "en", "next": "/"})

    assert '<html lang="en"' in bare.get("/", headers={"Accept-Language": "id"}).text


def test_indonesian_is_the_language_of_who_asks_for_none(db):
    text = PortalClient("localhost").get("/").text

    assert '<html lang="id"' in text
    assert "Pilih Polda Anda" in text


def test_a_person_signs_in_and_comes_home(jabar):
    AgentFactory(username="sari")
    browser = client_of(jabar)

    answer = sign_in(browser, "sari")

    assert (answer.status_code, answer.url) == (302, "/")
    assert browser.get("/").url == "/desk/"


def test_a_wrong_password_is_told_without_saying_which_part_is_wrong(jabar):
    AgentFactory(username="sari")
    browser = client_of(jabar)

    wrong = sign_in(browser, "sari", "not-it")
    unknown = sign_in(browser, "nobody", "not-it")

    assert wrong.status_code == unknown.status_code == 422
    assert 'class="errors"' in wrong.text


def test_after_five_wrong_passwords_the_door_stays_shut(jabar):
    AgentFactory(username="sari")
    browser = client_of(jabar)
    for _ in range(5):
        sign_in(browser, "sari", "not-it")

    answer = sign_in(browser, "sari")

    assert answer.status_code == 429
    assert "15 menit" in answer.text


def test_a_person_signs_out(jabar):
    browser = browser_of(jabar, AgentFactory())

    browser.post("/sign-out/")

    assert browser.get("/desk/").status_code == 302


def test_the_language_is_remembered_with_the_account(jabar):
    person = AgentFactory()
    browser = browser_of(jabar, person)

    browser.post("/language/", {"language": "id", "next": "/desk/"})

    person.refresh_from_db()
    assert person.language == "id"


@pytest.mark.parametrize("away", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_a_form_leads_back_to_this_host_only(jabar, away):
    answer = client_of(jabar).post("/theme/", {"theme": "dark", "next": away})

    assert answer.url == "/"


def test_a_chosen_theme_holds(jabar):
    browser = browser_of(jabar, AgentFactory())

    browser.post("/theme/", {"theme": "light", "next": "/desk/"})

    assert 'data-theme="light"' in browser.get("/desk/").text


def test_an_address_without_a_page_says_what_to_do(jabar):
    answer = browser_of(jabar, AgentFactory()).get("/nothing/")

    assert answer.status_code == 404
    assert "Check the address." in answer.text


def test_the_components_are_shown_in_demo_mode_only(jabar, settings):
    browser = browser_of(jabar, AgentFactory())
    settings.PORTAL_DEMO = False
    hidden = browser.get("/components/").status_code
    settings.PORTAL_DEMO = True

    assert (hidden, browser.get("/components/").status_code) == (404, 200)
