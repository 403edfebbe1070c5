"""The public's pages: filing a complaint about the police, and following it.

Nobody is signed in here and nothing is read of who asks, so no cookie is set and none is needed.
That also leaves nothing which a forged request could act upon: these views carry no CSRF token.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from complaints.numbers import read_number
from complaints.queries import followed_complaint
from complaints.services.file import file_complaint
from portal import complaint_queries
from portal.complaint_forms import FollowForm, StatementForm
from portal.throttle import Throttle, address_of

FILED_PER_ADDRESS = Throttle("filed", limit=20, seconds=600)
# Thousands share an address behind a mobile network, so this one is wide; what keeps a PIN of eight
# digits safe is the count per number, from wherever it is asked: 10**8 tries would take 190 years.
WRONG_PER_ADDRESS = Throttle("follow-address", limit=30, seconds=600)
WRONG_PER_NUMBER = Throttle("follow-number", limit=10, seconds=600)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@csrf_exempt
def file_complaint_page(request: HttpRequest) -> HttpResponse:
    units = complaint_queries.unit_choices()
    form = StatementForm(request.POST if request.method == "POST" else None, units=units)
    address = address_of(request)
    is_busy = form.is_bound and FILED_PER_ADDRESS.is_spent(address)
    if is_busy or not form.is_valid():
        status = 429 if is_busy else 422 if form.is_bound else 200
        return _answer(request, "complaint", status, form=form, is_busy=is_busy)
    FILED_PER_ADDRESS.count(address)
    filed = file_complaint(form.statement, actor=None)
    return _answer(request, "filed", 201, filed=filed)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@csrf_exempt
def follow(request: HttpRequest) -> HttpResponse:
    form = FollowForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _answer(request, "follow", 200, form=form)
    number, pin = request.POST.get("number", ""), request.POST.get("pin", "")
    subjects = (
        (WRONG_PER_ADDRESS, address_of(request)),
        (WRONG_PER_NUMBER, read_number(number) or number.strip()),
    )
    if any(throttle.is_spent(subject) for throttle, subject in subjects):
        return _answer(request, "follow", 429, form=form, is_busy=True)
    complaint = followed_complaint(number, pin) if form.is_valid() else None
    if complaint is None:
        for throttle, subject in subjects:
            throttle.count(subject)
        return _answer(request, "follow", 422, form=form, is_unknown=form.is_valid())
    return _answer(
        request,
        "followed",
        200,
        complaint=complaint,
        steps=complaint_queries.steps(complaint),
    )


def _answer(request: HttpRequest, page: str, status: int, **context: object) -> HttpResponse:
    response = render(request, f"portal/public/{page}.html", context, status=status)
    if status == 429:
        response.headers["Retry-After"] = "600"
    return response
