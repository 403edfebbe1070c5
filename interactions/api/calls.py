"""The API of calls: events in, the list, one call, the claim."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from interactions import queries
from interactions.api.reading import checked_query, page_of
from interactions.cloudevents import MOST_EVENTS
from interactions.errors import CallNotFound
from interactions.models import Call, CallState
from interactions.services import claim, intake
from regions.errors import DomainError, Invalid
from regions.people.access import AT_THE_DESK, allow, person_of
from regions.people.models import Scope
from regions.people.paging import paged_together
from regions.people.parsers import StrictJSONParser

EVENT_TYPE, BATCH_TYPE = "application/cloudevents+json", "application/cloudevents-batch+json"


class TooManyEvents(DomainError):
    status = 413
    title = "Too many events in one batch"


class EventParser(StrictJSONParser):
    media_type = EVENT_TYPE


class EventBatchParser(StrictJSONParser):
    media_type = BATCH_TYPE


def delivered(request: Request) -> intake.Delivery:
    """Read the body of a delivery, one event or a batch, up to its envelopes.

    Raises:
        ParseError: there is no body.
        Invalid: an empty batch, or a body that is no list.
        TooManyEvents: more than 1,000.
    """
    body = request.data
    if request.stream is None:
        raise ParseError("The body is empty.")
    if (request.content_type or "").split(";")[0].strip().lower() == EVENT_TYPE:
        return intake.read_delivery([body], pointers=["#"])
    if not isinstance(body, list) or not body:
        raise Invalid([{"pointer": "#", "detail": "A batch is a list of at least one event."}])
    if len(body) > MOST_EVENTS:
        raise TooManyEvents(f"A batch holds at most {MOST_EVENTS} events.")
    return intake.read_delivery(body, pointers=[f"#/{index}" for index in range(len(body))])


class IntakeReply(serializers.Serializer[Any]):
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()


class CallEvents(APIView):
    """Call events of a switch; 202 once they are on disk."""

    permission_classes = [allow(scope=Scope.TELEPHONY)]
    parser_classes = [EventParser, EventBatchParser]

    @extend_schema(
        operation_id="record_call_events",
        request={EVENT_TYPE: dict[str, Any], BATCH_TYPE: list[dict[str, Any]]},
        responses={202: IntakeReply, 200: IntakeReply},
    )
    def post(self, request: Request) -> Response:
        taken = intake.record_events(delivered(request))
        reply = {"accepted": taken.accepted, "duplicates": taken.duplicates}
        return Response(reply, status=202 if taken.accepted else 200)


class CallReply(serializers.Serializer[Any]):
    """A call; see the contract for the fields."""

    id = serializers.CharField()
    state = serializers.ChoiceField(CallState.choices)
    caller = serializers.CharField(allow_null=True)
    dialled = serializers.CharField(allow_null=True)
    queue = serializers.CharField(allow_null=True)
    agent = serializers.CharField(allow_null=True)
    offered_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    end_reason = serializers.CharField(allow_null=True)
    answer_seconds = serializers.FloatField(allow_null=True)
    talk_seconds = serializers.FloatField(allow_null=True)
    location = serializers.DictField(allow_null=True)
    jurisdiction = serializers.DictField(allow_null=True)
    nuisance = serializers.DictField()
    interaction = serializers.UUIDField(allow_null=True)
    events = serializers.IntegerField()


class CallFilters(serializers.Serializer[Any]):
    state = serializers.ChoiceField(CallState.choices, required=False)
    caller = serializers.CharField(required=False, max_length=16)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)

    def validate_caller(self, value: str) -> str:
        """Mend a number whose + was sent as it is, which a query reads as a space."""
        return f"+{value}" if value.isdigit() else value


class Calls(APIView):
    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(
        operation_id="list_calls",
        parameters=[CallFilters],
        responses=page_of("CallPage", CallReply),
    )
    def get(self, request: Request) -> Response:
        filters = checked_query(CallFilters, request)
        names = {"since": "first_event_at__gte", "until": "first_event_at__lt"}
        wanted = {names.get(name, name): value for name, value in filters.items()}
        rows = queries.calls().filter(**wanted)
        return paged_together(request, rows, ("-first_event_at", "-id"), _documents)


def _call(call_id: str) -> Call:
    call = queries.calls().filter(id=call_id).first() if "\x00" not in call_id else None
    if call is None:
        raise CallNotFound
    return call


def _documents(calls: Sequence[Call]) -> list[dict[str, Any]]:
    return queries.calls_with_history(calls, now=timezone.now())


class OneCall(APIView):
    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(operation_id="get_call", responses=CallReply)
    def get(self, request: Request, call_id: str) -> Response:
        return Response(_documents([_call(call_id)])[0])


class ClaimCall(APIView):
    """Take a call; the first agent wins, the others read who did."""

    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(operation_id="claim_call", request=None, responses=CallReply)
    def post(self, request: Request, call_id: str) -> Response:
        _call(call_id)
        claim.claim_call(call_id=call_id, agent=person_of(request))
        return Response(_documents([_call(call_id)])[0])
