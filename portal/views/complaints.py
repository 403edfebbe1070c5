"""Complaints about the police, as the region works on them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from complaints.models import Letter, Resolution
from complaints.services import decide
from complaints.services import escalate as escalating
from complaints.services.file import file_complaint
from portal import complaint_forms, complaint_queries
from portal.views.requests import PageRequest
from regions.people.access import AT_THE_DESK, SUPERVISORS, role_required
from regions.people.models import User

Forms = dict[str, type[forms.Form]]

FORMS: Forms = {
    "verify": complaint_forms.NoteForm,
    "start": complaint_forms.NoteForm,
    "escalate": complaint_forms.NoteForm,
    "resolve": complaint_forms.ResolveForm,
    "reject": complaint_forms.RejectForm,
    "reopen": complaint_forms.ReopenForm,
    "letter": complaint_forms.LetterForm,
    "retry": complaint_forms.EmptyForm,
    "manual": complaint_forms.DumasNumberForm,
}


@require_safe
@never_cache
@role_required(AT_THE_DESK)
def inbox(request: PageRequest) -> HttpResponse:
    tab = request.GET.get("tab", "open")
    tab = tab if tab in complaint_queries.TABS else "open"
    after = request.GET.get("after", "")
    page = complaint_queries.inbox(request.user, tab=tab, after=after)
    return render(request, "portal/complaints/inbox.html", {"inbox": page, "tab": tab})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@role_required(AT_THE_DESK)
def new(request: PageRequest) -> HttpResponse:
    units = complaint_queries.unit_choices()
    form = complaint_forms.StaffStatementForm(
        request.POST if request.method == "POST" else None, units=units
    )
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "portal/complaints/new.html", {"form": form}, status=status)
    filed = file_complaint(form.statement, actor=request.user)
    return render(request, "portal/complaints/filed.html", {"filed": filed}, status=201)


@require_safe
@never_cache
@role_required(AT_THE_DESK)
def detail(request: PageRequest, number: str) -> HttpResponse:
    return _show(request, number, done=complaint_queries.DONE.get(request.GET.get("done", "")))


def _show(
    request: PageRequest, number: str, *, status: int = 200, done: Any = None, **bound: forms.Form
) -> HttpResponse:
    """Render one complaint with the forms of what may be done; `bound` are those with errors."""
    page = complaint_queries.one_complaint(request.user, number)
    shown = {
        name: bound.get(name) or form(auto_id=f"{name}_%s")
        for name, form in FORMS.items()
        if name in page.acts
    }
    context = {"page": page, "complaint": page.complaint, "forms": shown, "done": done}
    return render(request, "portal/complaints/detail.html", context, status=status)


def _act(
    name: str, run: Callable[[str, User, dict[str, Any]], object]
) -> Callable[..., HttpResponse]:
    """Make the view of one act: its form checked, done, and back to the complaint."""

    @require_POST
    @role_required(SUPERVISORS)
    def view(request: PageRequest, number: str) -> HttpResponse:
        form = FORMS[name](request.POST, auto_id=f"{name}_%s")
        if not form.is_valid():
            return _show(request, number, status=422, **{name: form})
        run(number, request.user, form.cleaned_data)
        return redirect(f"{reverse('complaint-detail', args=[number])}?done={name}")

    return view


verify = _act(
    "verify",
    lambda number, actor, said: decide.verify_complaint(
        number=number, merits=True, note=said["note"], actor=actor
    ),
)
start = _act(
    "start",
    lambda number, actor, said: decide.start_complaint(
        number=number, note=said["note"], actor=actor
    ),
)
escalate = _act(
    "escalate",
    lambda number, actor, said: escalating.escalate_complaint(
        number=number, note=said["note"], actor=actor
    ),
)
resolve = _act(
    "resolve",
    lambda number, actor, said: decide.resolve_complaint(
        number=number,
        resolution=Resolution(said["resolution"]),
        note=said["note"],
        actor=actor,
    ),
)
reject = _act(
    "reject",
    lambda number, actor, said: decide.reject_complaint(
        number=number, reason=said["reason"], actor=actor
    ),
)
reopen = _act(
    "reopen",
    lambda number, actor, said: decide.reopen_complaint(
        number=number, reason=said["reason"], actor=actor
    ),
)
letter = _act(
    "letter",
    lambda number, actor, said: decide.record_letter(
        number=number,
        kind=Letter(said["kind"]),
        sent_at=said["sent_at"],
        received_at=said["received_at"],
        actor=actor,
    ),
)
retry = _act(
    "retry",
    lambda number, actor, _said: escalating.retry_escalation(number=number, actor=actor),
)
manual = _act(
    "manual",
    lambda number, actor, said: escalating.enter_dumas_number(
        number=number, dumas_number=said["dumas_number"], actor=actor
    ),
)
