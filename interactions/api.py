"""The API of calls and interactions: parse, call, answer."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from interactions import queries
from interactions.cloudevents import MOST_EVENTS
from interactions.errors import CallNotFound, InteractionNotFound
from interactions.models import (
    Call,
    CallState,
    Channel,
    Interaction,
    InteractionState,
    Outcome,
    Service,
)
from interactions.services import claim, intake, record
from regions.errors import DomainError, Invalid
from regions.people.access import AT_THE_DESK, allow, person_of
from regions.people.models import Scope
from regions.people.paging import paged
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


def page_of(name: str, row: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """Describe one page of a list."""
    fields = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": row(many=True),
    }
    return type(name, (serializers.Serializer,), fields)


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
        return paged(request, rows, ("-first_event_at", "-id"), queries.call_with_history)


def _call(call_id: str) -> Call:
    call = queries.calls().filter(id=call_id).first() if "\x00" not in call_id else None
    if call is None:
        raise CallNotFound
    return call


class OneCall(APIView):
    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(operation_id="get_call", responses=CallReply)
    def get(self, request: Request, call_id: str) -> Response:
        return Response(queries.call_with_history(_call(call_id)))


class ClaimCall(APIView):
    """Take a call; the first agent wins, the others read who did."""

    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(operation_id="claim_call", request=None, responses=CallReply)
    def post(self, request: Request, call_id: str) -> Response:
        _call(call_id)
        claim.claim_call(call_id=call_id, agent=person_of(request))
        return Response(queries.call_with_history(_call(call_id)))


class InteractionReply(serializers.Serializer[Any]):
    """An interaction; its `version` is the ETag."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    call = serializers.CharField(allow_null=True)
    channel = serializers.ChoiceField(Channel.choices)
    state = serializers.ChoiceField(InteractionState.choices)
    agent = serializers.CharField()
    caller = serializers.CharField(allow_null=True)
    caller_name = serializers.CharField()
    service = serializers.ChoiceField(Service.choices, allow_null=True)
    category = serializers.CharField(allow_null=True)
    priority = serializers.IntegerField(allow_null=True)
    summary = serializers.CharField()
    detail = serializers.CharField()
    place = serializers.DictField(allow_null=True)
    promise = serializers.DictField(allow_null=True)
    outcome = serializers.ChoiceField(Outcome.choices, allow_null=True)
    outcome_note = serializers.CharField()
    opened_at = serializers.DateTimeField()
    classified_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class InteractionFilters(serializers.Serializer[Any]):
    service = serializers.ChoiceField(Service.choices, required=False)
    category = serializers.CharField(required=False)
    priority = serializers.IntegerField(required=False, min_value=1, max_value=4)
    agent = serializers.CharField(required=False)
    state = serializers.ChoiceField(InteractionState.choices, required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class PhoneField(serializers.RegexField):
    """A number in the form of E.164, or null when it is not known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^\+[0-9]{5,15}$", **kwargs)


class NewInteraction(serializers.Serializer[Any]):
    channel = serializers.ChoiceField(Channel.choices)
    caller = PhoneField(required=False, allow_null=True, default=None)
    summary = serializers.CharField(max_length=500)
    service = serializers.ChoiceField(Service.choices, required=False)
    category = serializers.CharField(required=False, allow_null=True, max_length=12)
    priority = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=4)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "service" not in attrs and (attrs.get("category") or attrs.get("priority")):
            raise serializers.ValidationError({"service": "is needed with a category or priority"})
        return attrs


class Place(serializers.Serializer[Any]):
    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)
    accuracy_m = serializers.FloatField(required=False, allow_null=True, min_value=0)
    landmark = serializers.CharField(required=False, allow_blank=True, max_length=300)


class RecordChanges(serializers.Serializer[Any]):
    summary = serializers.CharField(required=False, allow_blank=True, max_length=500)
    detail = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    place = Place(required=False, allow_null=True)
    caller_name = serializers.CharField(required=False, allow_blank=True, max_length=120)
    promise = serializers.DictField(required=False, allow_null=True)


class Classification(serializers.Serializer[Any]):
    service = serializers.ChoiceField(Service.choices)
    category = serializers.CharField(required=False, allow_null=True, max_length=12)
    priority = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=4)


class Closing(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(Outcome.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


class Reopening(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


def checked(body: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the checked fields of a request's body, or refuse it with a pointer per bad field."""
    serializer = body(data=request.data)
    serializer.is_valid(raise_exception=True)
    fields: dict[str, Any] = serializer.validated_data
    return fields


def checked_query(query: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the checked parameters of a request's query, or refuse it by their names."""
    serializer = query(data=request.query_params)
    serializer.is_valid(raise_exception=True)
    fields: dict[str, Any] = serializer.validated_data
    return fields


def _answer(interaction_id: UUID, status: int = 200) -> Response:
    interaction = queries.interactions().filter(id=interaction_id).first()
    if interaction is None:
        raise InteractionNotFound
    return Response(
        queries.interaction_document(interaction),
        status=status,
        headers={"ETag": f'"{interaction.version}"'},
    )


class Interactions(APIView):
    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(
        operation_id="list_interactions",
        parameters=[InteractionFilters],
        responses=page_of("InteractionPage", InteractionReply),
    )
    def get(self, request: Request) -> Response:
        filters = checked_query(InteractionFilters, request)
        names = {
            "since": "opened_at__gte",
            "until": "opened_at__lt",
            "agent": "agent__username",
            "category": "category_id",
        }
        wanted = {names.get(name, name): value for name, value in filters.items()}
        rows = queries.interactions().filter(**wanted)
        return paged(request, rows, ("-opened_at", "-id"), queries.interaction_document)

    @extend_schema(
        operation_id="open_interaction",
        request=NewInteraction,
        responses={201: InteractionReply},
    )
    def post(self, request: Request) -> Response:
        opened = record.open_interaction(
            agent=person_of(request), **checked(NewInteraction, request)
        )
        return _answer(opened.id, status=201)


def _version(request: Request) -> int | None:
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return None
    digits = header.removeprefix("W/").strip('"')
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else -1


class OneInteraction(APIView):
    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(operation_id="get_interaction", responses=InteractionReply)
    def get(self, request: Request, interaction_id: UUID) -> Response:
        return _answer(interaction_id)

    @extend_schema(
        operation_id="write_interaction",
        request=RecordChanges,
        responses={200: InteractionReply, 412: OpenApiResponse(description="Changed meanwhile")},
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER)],
    )
    def patch(self, request: Request, interaction_id: UUID) -> Response:
        record.write_record(
            interaction_id=interaction_id,
            version=_version(request),
            changes=checked(RecordChanges, request),
            actor=person_of(request),
        )
        return _answer(interaction_id)


class ClassifyInteraction(APIView):
    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(
        operation_id="classify_interaction", request=Classification, responses=InteractionReply
    )
    def post(self, request: Request, interaction_id: UUID) -> Response:
        fields = {"category": None, "priority": None} | checked(Classification, request)
        record.classify_interaction(
            interaction_id=interaction_id, actor=person_of(request), **fields
        )
        return _answer(interaction_id)


class CloseInteraction(APIView):
    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(operation_id="close_interaction", request=Closing, responses=InteractionReply)
    def post(self, request: Request, interaction_id: UUID) -> Response:
        fields = checked(Closing, request)
        record.close_interaction(interaction_id=interaction_id, actor=person_of(request), **fields)
        return _answer(interaction_id)


class ReopenInteraction(APIView):
    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(operation_id="reopen_interaction", request=Reopening, responses=InteractionReply)
    def post(self, request: Request, interaction_id: UUID) -> Response:
        fields = checked(Reopening, request)
        record.reopen_interaction(interaction_id=interaction_id, actor=person_of(request), **fields)
        return _answer(interaction_id)


class TimelineReply(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    kind = serializers.CharField()
    detail = serializers.DictField()


class Timeline(APIView):
    """Everything that happened to an interaction, oldest first."""

    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(
        operation_id="interaction_timeline", responses=page_of("TimelinePage", TimelineReply)
    )
    def get(self, request: Request, interaction_id: UUID) -> Response:
        interaction = Interaction.objects.filter(id=interaction_id).first()
        if interaction is None:
            raise InteractionNotFound
        return paged(request, interaction.timeline.all(), ("at", "id"), queries.timeline_document)
