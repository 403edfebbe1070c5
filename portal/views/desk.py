"""The desk: who waits, the call in hand, how it ends."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import push_url, trigger_client_event

from interactions.models import Interaction, Outcome
from interactions.queries import alerts_span, open_interactions
from interactions.services import record
from interactions.services.claim import claim_call
from portal import queries
from portal.desk_forms import ONE_CLICK, ClosingForm, RecordForm
from portal.views.requests import PageRequest
from regions.people.access import AT_THE_DESK, role_required


@require_safe
@role_required(AT_THE_DESK)
def desk(request: PageRequest) -> HttpResponse:
    mine = open_interactions(request.user)
    return _show(request, mine[-1] if mine else None)


@require_safe
@role_required(AT_THE_DESK)
def queue(request: PageRequest) -> HttpResponse:
    context = {"queue": queries.queue_for(request.user, now=timezone.now())}
    return render(request, "portal/desk/_queue.html", context)


@require_POST
@role_required(AT_THE_DESK)
def claim(request: PageRequest, call_id: str) -> HttpResponse:
    interaction = claim_call(call_id=call_id, agent=request.user)
    return _moved(request, interaction, say=_("The call is yours."), focus=True)


@require_safe
@role_required(AT_THE_DESK)
def in_hand(request: PageRequest, interaction_id: UUID) -> HttpResponse:
    return _show(request, queries.interaction(interaction_id))


@require_POST
@role_required(AT_THE_DESK)
def write(request: PageRequest, interaction_id: UUID) -> HttpResponse:
    interaction = queries.interaction(interaction_id)
    form = _record_form(interaction, request)
    if not form.is_valid():
        return _show(request, interaction, form=form, status=422)
    interaction = _keep(form, request)
    if not request.htmx:
        return redirect("interaction-in-hand", interaction.id)
    context = {"interaction": interaction, "saved_at": timezone.now()}
    response = render(request, "portal/desk/_record_state.html", context)
    response.headers["ETag"] = f'"{interaction.version}"'
    return response


@require_POST
@role_required(AT_THE_DESK)
def close(request: PageRequest, interaction_id: UUID) -> HttpResponse:
    interaction = queries.interaction(interaction_id)
    form = _record_form(interaction, request)
    if not form.is_valid():
        return _show(request, interaction, form=form, status=422)
    interaction = _keep(form, request)
    closing = ClosingForm(request.POST, is_classified=interaction.service is not None)
    nuisance = request.POST.get("nuisance", "")
    if nuisance not in ONE_CLICK and not closing.is_valid():
        return _show(request, interaction, closing=closing, status=422)
    outcome = Outcome(nuisance or closing.cleaned_data["outcome"])
    note = closing.data.get("note", "")[:2000]
    closed = record.close_interaction(
        interaction_id=interaction.id, outcome=outcome, note=note, actor=request.user
    )
    return _moved(request, closed, say=_("Closed."))


@require_POST
@role_required(AT_THE_DESK)
def reopen(request: PageRequest, interaction_id: UUID) -> HttpResponse:
    reason = request.POST.get("reason", "")[:500]
    interaction = record.reopen_interaction(
        interaction_id=interaction_id, reason=reason, actor=request.user
    )
    return _moved(request, interaction, say=_("Opened again."), focus=True)


def _record_form(interaction: Interaction, request: PageRequest | None = None) -> RecordForm:
    data = request.POST if request else None
    return RecordForm(data, interaction=interaction, categories=queries.all_categories())


def _keep(form: RecordForm, request: PageRequest) -> Interaction:
    """Save what differs from what is kept; text by its version, so that nobody's is overwritten."""
    interaction = form.interaction
    if form.written:
        interaction = record.write_record(
            interaction_id=interaction.id,
            version=form.cleaned_data["version"],
            changes=form.written,
            actor=request.user,
        )
    if form.classified:
        interaction = record.classify_interaction(
            interaction_id=interaction.id, actor=request.user, **form.classified
        )
    return interaction


def _moved(
    request: PageRequest, interaction: Interaction, *, say: str | Promise, focus: bool = False
) -> HttpResponse:
    """Answer an act that brings another state of the call in hand."""
    if not request.htmx:
        return redirect("interaction-in-hand", interaction.id)
    response = _show(request, interaction, focus=focus)
    push_url(response, request.build_absolute_uri(f"/desk/interactions/{interaction.id}/"))
    return trigger_client_event(response, "say", {"text": str(say)})


def _show(
    request: PageRequest, interaction: Interaction | None, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render the call in hand, and the desk around it unless only this part was asked for."""
    if interaction is not None:
        context.setdefault("form", _record_form(interaction))
        context.setdefault("closing", ClosingForm())
        context["earlier"] = queries.earlier_interactions(interaction)
        context["timeline"] = queries.timeline(interaction)
        context["one_click"] = ONE_CLICK
    context |= {"interaction": interaction, "open": open_interactions(request.user)}
    if request.htmx:
        response = render(request, "portal/desk/_in_hand.html", context, status=status)
    else:
        # The seq first: what comes after it is replayed, and nothing falls between.
        context["alerts_seq"] = alerts_span().newest
        context["queue"] = queries.queue_for(request.user, now=timezone.now())
        response = render(request, "portal/desk/desk.html", context, status=status)
    response.headers["Vary"] = "HX-Request"
    response.headers["Cache-Control"] = "no-store"  # a citizen's data stays on no shared disk
    return response
