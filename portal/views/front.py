"""The doors: which Polda, signing in and out, the home of each role, language and theme."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.views import LoginView, LogoutView
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect
from typing_extensions import override

from portal.navigation import entries_for
from portal.templatetags.frame import THEME_COOKIE, THEMES
from regions.models import Domain, Kind
from regions.people.access import EVERY_ROLE, AgentRequest, role_required
from regions.people.models import User

A_YEAR = 365 * 24 * 60 * 60


@require_safe
def doors(request: HttpRequest) -> HttpResponse:
    """Lead from the bare domain to each Polda."""
    domains = Domain.objects.select_related("tenant").filter(tenant__is_active=True)
    context = {
        "doors": domains.filter(tenant__kind=Kind.REGION).order_by("tenant__name"),
        "headquarters": domains.filter(tenant__kind=Kind.NATIONAL).first(),
        "port": request.get_port(),
        "scheme": request.scheme,
    }
    return render(request, "portal/front/doors.html", context)


@role_required(EVERY_ROLE)
def home(request: AgentRequest) -> HttpResponse:
    """Send each role to its own first page."""
    return redirect(entries_for(request.user.role)[0].url)


class SignIn(LoginView):
    template_name = "portal/front/sign_in.html"

    @override
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show the sign-in page whole where a part of a page was asked for."""
        htmx = getattr(request, "htmx", None)
        if htmx:
            back = urlencode({"next": htmx.current_url_abs_path or "/"})
            return HttpResponseClientRedirect(f"{request.path}?{back}")
        return super().dispatch(request, *args, **kwargs)

    @override
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "demo": settings.PORTAL_DEMO}

    @override
    def form_invalid(self, form: Any) -> Any:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class SignOut(LogoutView):
    template_name = "portal/front/sign_out.html"


@require_POST
@csrf_exempt  # no token, so that reading a public page sets no cookie; another site's form comes
# without the session (SameSite) and could at most choose a visitor's language
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in the account, else in a cookie, and go back."""
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(_back(request))
    if check_for_language(language):
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            User.objects.filter(pk=user.pk).update(language=language)
        _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark in this browser, and go back."""
    theme = request.POST.get("theme", "")
    response = HttpResponseRedirect(_back(request))
    if theme in THEMES:
        _remember(response, THEME_COOKIE, theme)
    return response


def _back(request: HttpRequest) -> str:
    """Return the page that a form came from, if it is one of this host's."""
    back = request.POST.get("next", "/")
    own = {request.get_host()}
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=own) else "/"


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=A_YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
