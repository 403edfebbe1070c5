"""Headquarters: figures only, never a citizen's data."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.national_figures import FiguresForm, national_page
from portal.views.requests import PageRequest
from regions.people.access import HEADQUARTERS, role_required


@require_safe
@role_required(HEADQUARTERS)
def summary(request: PageRequest) -> HttpResponse:
    form = FiguresForm(request.GET or {"period": "month", "order": "name"})
    form.is_valid()
    chosen = {name: form.cleaned_data.get(name, "") for name in form.fields}
    context = {"form": form, "page": national_page(**chosen, now=timezone.now())}
    name = "portal/national/_figures.html" if request.htmx else "portal/national/summary.html"
    response = render(request, name, context)
    response.headers["Vary"] = "HX-Request"
    return response
