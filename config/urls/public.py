"""The bare domain: a page that leads to each Polda."""

from django.urls import path

from portal.views import front

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"

urlpatterns = [
    path("", front.doors, name="home"),
    path("language/", front.set_language, name="set-language"),
]
