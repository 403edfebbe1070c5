"""Every component in every state, on one page; in demo mode only."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.words import PRIORITIES, SERVICES
from regions.people.access import EVERY_ROLE, AgentRequest, role_required


class SpecimenForm(forms.Form):
    plain = forms.CharField(label=_("A field"), required=False)
    helped = forms.CharField(label=_("A field with help"), help_text=_("What is wanted here."))
    note = forms.CharField(
        label=_("A longer text"), widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    picked = forms.ChoiceField(label=_("One of many"), choices=list(SERVICES.items()))
    service = forms.ChoiceField(
        label=_("One of a few"), choices=list(SERVICES.items()), widget=forms.RadioSelect
    )
    priority = forms.ChoiceField(
        label=_("Priority"), choices=list(PRIORITIES.items()), widget=forms.RadioSelect
    )
    agreed = forms.BooleanField(label=_("Yes or no"), required=False)


@require_safe
@role_required(EVERY_ROLE)
def specimens(request: AgentRequest) -> HttpResponse:
    if not settings.PORTAL_DEMO:
        raise Http404
    context = {
        "empty_form": SpecimenForm(initial={"service": "pelaporan", "priority": 1}, auto_id="a_%s"),
        "wrong_form": SpecimenForm({"plain": "+62"}, auto_id="b_%s"),
        "at": timezone.now(),
        "earlier": timezone.now() - timedelta(seconds=134),
        "levels": [1, 2, 3, 4, None],
    }
    return render(request, "portal/components/specimens.html", context)
