"""The doors: which Polda, signing in and out, the home of each role, the language."""

from typing import Any

from allauth.account.views import LoginView, LogoutView
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST, require_safe

from portal.navigation import entries_for
from regions.models import Domain, Kind
from regions.people.access import EVERY_ROLE, AgentRequest, role_required


@require_safe
def doors(request: HttpRequest) -> HttpResponse:
    """Lead from the bare domain to each Polda."""
    domains = Domain.objects.select_related("tenant").filter(
        tenant__kind=Kind.REGION, tenant__is_active=True
    )
    context = {"doors": domains.order_by("tenant__name"), "port": request.get_port()}
    return render(request, "portal/front/doors.html", context)


@role_required(EVERY_ROLE)
def home(request: AgentRequest) -> HttpResponse:
    """Send each role to its own first page."""
    return redirect(entries_for(request.user.role)[0].url)


class SignIn(LoginView):
    template_name = "portal/front/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "demo": settings.PORTAL_DEMO}


class SignOut(LogoutView):
    template_name = "portal/front/sign_out.html"


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in the account, else in a cookie, and go back."""
    language = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    if check_for_language(language):
        if request.user.is_authenticated:
            type(request.user).objects.filter(pk=request.user.pk).update(language=language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 60 * 60,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return response
