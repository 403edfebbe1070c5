"""What a regional IT head sees of their region."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal import queries
from regions.people.access import ADMINISTRATORS, AgentRequest, role_required


@require_safe
@role_required(ADMINISTRATORS)
def overview(request: AgentRequest) -> HttpResponse:
    return render(request, "portal/administration/overview.html", {"overview": queries.overview()})
