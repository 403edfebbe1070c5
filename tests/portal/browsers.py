"""A signed-in browser at a region's host, through Django's whole stack."""

from regions.models import Region
from regions.people.models import User
from tests.clients import PortalClient, host_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PART = {"HX-Request": "true"}  # asks for the changing part only


def browser_of(region: Region, person: User, language: str = "en") -> PortalClient:
    """A browser in which this person is signed in."""
    browser = PortalClient(host_of(region), HTTP_ACCEPT_LANGUAGE=language)
    browser.force_login(person, backend=BACKEND)
    return browser
