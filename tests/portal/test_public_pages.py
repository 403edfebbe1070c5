"""The public's pages, without JavaScript, without a cookie."""

import re

import pytest
from django.core.cache import cache

from complaints import queries
from complaints.models import Complaint
from complaints.services.file import Statement, file_complaint
from portal.views import public
from regions.people.models import Unit
from tests.clients import PortalClient, host_of
from tests.complaints.factories import ComplaintFactory

pytestmark = pytest.mark.django_db

SAID = {
    "summary": "Petugas tidak datang",
    "detail": "Menunggu dua jam",
    "identity": "anonymous",
}
FILE, FOLLOW = "/pengaduan/", "/pengaduan/lacak/"


@pytest.fixture
def citizen(jabar):
    """A browser of the public that refuses cookies."""
    cache.clear()
    return PortalClient(host_of(jabar), HTTP_ACCEPT_LANGUAGE="en", enforce_csrf_checks=True)


@pytest.fixture
def filed(jabar):
    return file_complaint(Statement(channel="web", summary="Petugas kasar"), actor=None)


def follow(citizen, number, pin):
    return citizen.post(FOLLOW, {"number": number, "pin": pin})


class TestFiling:
    def test_the_form_is_there(self, citizen):
        assert citizen.get(FILE).status_code == 200

    def test_a_complaint_gets_its_number_and_pin(self, citizen):
        answer = citizen.post(FILE, SAID)

        number = Complaint.objects.get().number
        assert answer.status_code == 201
        assert re.search(rf'id="complaint-number">\s*{number}\s*<', answer.text)
        assert re.search(r'id="complaint-pin">\s*[0-9]{8}\s*<', answer.text)

    def test_the_number_and_pin_open_it(self, citizen):
        text = citizen.post(FILE, SAID).text
        number = re.search(r'id="complaint-number">\s*(\S+)', text).group(1)
        pin = re.search(r'id="complaint-pin">\s*(\S+)', text).group(1)

        assert follow(citizen, number, pin).status_code == 200

    def test_no_cookie_is_set(self, citizen):
        citizen.get(FILE)
        citizen.post(FILE, SAID)

        assert not citizen.cookies

    def test_it_came_by_the_web_from_the_public(self, citizen):
        citizen.post(FILE, SAID)

        complaint = Complaint.objects.get()
        assert (complaint.channel, complaint.history.get().actor) == ("web", "public")

    def test_of_an_anonymous_one_nothing_is_kept_of_who_wrote_it(self, citizen):
        citizen.post(FILE, SAID | {"name": "Siti Contoh", "phone": "0812 0000 0001"})

        assert Complaint.objects.get().complainant is None

    def test_nothing_of_the_browser_is_kept(self, citizen):
        citizen.post(FILE, SAID, REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT="Peramban Contoh")

        complaint = Complaint.objects.get()
        kept = str(vars(complaint)) + str([vars(entry) for entry in complaint.history.all()])
        assert not [word for word in ("203.0.113.7", "Peramban") if word in kept]

    def test_a_named_one_keeps_what_was_given(self, citizen):
        citizen.post(
            FILE, SAID | {"identity": "named", "name": "Siti Contoh", "phone": "08120000001"}
        )

        assert Complaint.objects.get().complainant == {
            "name": "Siti Contoh",
            "phone": "+628120000001",
        }

    def test_the_day_and_time_are_the_regions_own(self, citizen):
        citizen.post(FILE, SAID | {"occurred_on": "03/11/2026", "occurred_at": "09.15"})

        assert Complaint.objects.get().occurred_at.isoformat() == "2026-11-03T02:15:00+00:00"

    def test_whom_it_is_about_is_chosen_and_told(self, citizen):
        unit = Unit.objects.filter(kind="polres").first()

        citizen.post(
            FILE, SAID | {"about_unit": unit.code, "about_officers": "Bripka Satu\n\nAipda Dua "}
        )

        complaint = Complaint.objects.get()
        assert complaint.about_unit == unit.code
        assert complaint.about_officers == ["Bripka Satu", "Aipda Dua"]

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"summary": ""}, "summary"),
            ({"detail": ""}, "detail"),
            ({"identity": ""}, "identity"),
            ({"identity": "named"}, "name"),
            ({"phone": "abc"}, "phone"),
            ({"email": "abc"}, "email"),
            ({"nik": "123"}, "nik"),
            ({"occurred_on": "2999-01-01"}, "occurred_on"),
            ({"occurred_on": "yesterday"}, "occurred_on"),
            ({"about_unit": "nowhere"}, "about_unit"),
        ],
    )
    def test_a_wrong_field_is_named(self, citizen, fields, name):
        answer = citizen.post(FILE, SAID | fields)

        assert answer.status_code == 422
        assert f'href="#id_{name}"' in answer.text
        assert not Complaint.objects.exists()

    def test_the_text_stays_after_an_error(self, citizen):
        answer = citizen.post(FILE, SAID | {"summary": ""})

        assert "Menunggu dua jam" in answer.text

    def test_it_says_honestly_what_being_anonymous_means(self, citizen):
        assert "If you stay anonymous" in citizen.get(FILE).text

    def test_too_many_from_one_address_have_to_wait(self, citizen, monkeypatch):
        monkeypatch.setattr(public.FILED_PER_ADDRESS, "limit", 1)
        citizen.post(FILE, SAID)

        answer = citizen.post(FILE, SAID)

        assert (answer.status_code, answer["Retry-After"]) == (429, "600")
        assert "Menunggu dua jam" in answer.text

    def test_the_page_is_light(self, citizen):
        assert len(citizen.get(FILE).content) < 30_000

    def test_it_needs_no_script(self, citizen):
        assert "<script" not in citizen.get(FILE).text


class TestFollowing:
    def test_number_and_pin_show_how_it_stands(self, citizen, filed):
        text = follow(citizen, filed.complaint.number, filed.pin).text

        assert re.search(r'id="complaint-state">\s*Received', text)

    def test_both_may_be_typed_as_people_do(self, citizen, filed):
        number = filed.complaint.number.lower().replace("-", " ")

        answer = follow(citizen, number, f"{filed.pin[:4]} {filed.pin[4:]}")

        assert answer.status_code == 200

    def test_it_shows_nothing_of_what_was_said(self, citizen, filed):
        assert "Petugas kasar" not in follow(citizen, filed.complaint.number, filed.pin).text

    def test_an_unknown_number_looks_like_a_wrong_pin(self, citizen, filed):
        unknown = follow(citizen, "ADU-0000-0000-0", filed.pin)
        wrong = follow(citizen, filed.complaint.number, "00000000")

        def page(answer):
            return re.sub(r'value="[^"]*"', "", answer.text)

        assert unknown.status_code == wrong.status_code == 422
        assert page(unknown) == page(wrong)

    @pytest.mark.parametrize("number", ["known", "ADU-0000-0000-0", "x"])
    def test_one_slow_hash_is_made_whatever_was_typed(self, citizen, filed, monkeypatch, number):
        follow(citizen, "x", "y")  # draws the decoy
        checks = []
        monkeypatch.setattr(queries, "check_password", lambda *asked: bool(checks.append(asked)))

        follow(citizen, filed.complaint.number if number == "known" else number, "00000000")

        assert len(checks) == 1

    @pytest.mark.parametrize("fields", [{}, {"number": "ADU-0000-0000-0"}, {"pin": "1"}])
    def test_an_empty_field_is_named(self, citizen, fields):
        assert citizen.post(FOLLOW, fields).status_code == 422

    def test_another_regions_complaint_is_unknown(self, filed, diy):
        citizen = PortalClient(host_of(diy))

        assert follow(citizen, filed.complaint.number, filed.pin).status_code == 422

    def test_many_wrong_tries_have_to_wait(self, citizen, filed, monkeypatch):
        monkeypatch.setattr(public.WRONG_PER_ADDRESS, "limit", 2)
        for _ in range(2):
            follow(citizen, filed.complaint.number, "00000000")

        answer = follow(citizen, filed.complaint.number, filed.pin)

        assert (answer.status_code, answer["Retry-After"]) == (429, "600")

    def test_another_address_need_not_wait(self, citizen, filed, monkeypatch):
        monkeypatch.setattr(public.WRONG_PER_ADDRESS, "limit", 1)
        citizen.post(FOLLOW, {"number": "x", "pin": "y"}, REMOTE_ADDR="203.0.113.7")

        assert follow(citizen, filed.complaint.number, filed.pin).status_code == 200

    def test_wrong_tries_for_one_number_from_many_addresses_have_to_wait(
        self, citizen, filed, monkeypatch
    ):
        monkeypatch.setattr(public.WRONG_PER_NUMBER, "limit", 1)
        said = {"number": filed.complaint.number, "pin": "00000000"}
        citizen.post(FOLLOW, said, REMOTE_ADDR="203.0.113.7")

        assert citizen.post(FOLLOW, said, REMOTE_ADDR="203.0.113.8").status_code == 429

    def test_no_cookie_is_set(self, citizen, filed):
        follow(citizen, filed.complaint.number, filed.pin)

        assert not citizen.cookies

    @pytest.mark.parametrize(
        ("fields", "now"),
        [
            ({}, "Examined"),
            ({"state": "verified"}, "Followed up"),
            ({"escalated": True}, "Followed up by Dumas Presisi"),
        ],
    )
    def test_the_step_that_it_is_at_is_marked(self, citizen, filed, fields, now):
        values = ComplaintFactory.build(**fields)
        Complaint.objects.update(state=values.state, escalated_at=values.escalated_at)

        text = follow(citizen, filed.complaint.number, filed.pin).text

        assert re.search(rf'aria-current="step">.*?<span>\s*{now}\b', text, re.DOTALL)

    def test_a_finding_is_told(self, citizen, filed):
        Complaint.objects.update(
            state="resolved", resolution="not_proven", closed_at=filed.complaint.received_at
        )

        assert "Unfounded" in follow(citizen, filed.complaint.number, filed.pin).text
