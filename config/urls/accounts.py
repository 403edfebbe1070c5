"""Names that allauth looks up. Only signing in and out exist; the rest is refused."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.generic import RedirectView


def absent(request: HttpRequest, **_parts: str) -> HttpResponse:
    """Refuse what allauth offers and we do not have."""
    raise Http404


urlpatterns = [
    path(
        "login/",
        RedirectView.as_view(pattern_name="sign-in", query_string=True),
        name="account_login",
    ),
    path("logout/", RedirectView.as_view(pattern_name="sign-in"), name="account_logout"),
    path("signup/", absent, name="account_signup"),
    path("inactive/", RedirectView.as_view(pattern_name="sign-in"), name="account_inactive"),
    path("reauthenticate/", absent, name="account_reauthenticate"),
    path("password/reset/", absent, name="account_reset_password"),
    path("2fa/", absent, name="mfa_authenticate"),
]
