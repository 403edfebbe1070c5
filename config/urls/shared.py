"""What Polda and headquarters both have: signing in, the API's document, languages."""

from django.urls import include, path

from portal import schema
from portal.views import front

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"

shared = [
    path("", front.home, name="home"),
    path("sign-in/", front.SignIn.as_view(), name="sign-in"),
    path("sign-out/", front.SignOut.as_view(), name="sign-out"),
    path("language/", front.set_language, name="set-language"),
    # allauth looks for these names; sign-in is ours and sign-up does not exist.
    path("accounts/", include("config.urls.accounts")),
    path("api/v1/schema", schema.Document.as_view(), name="schema"),
    path("api/v1/docs", schema.Docs.as_view(), name="docs"),
]
