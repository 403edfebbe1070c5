"""The API of interactions: opened, read, written, classified, closed, opened again."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from interactions import queries
from interactions.api.reading import (
    PhoneField,
    Place,
    checked,
    checked_query,
    page_of,
    version_seen,
)
from interactions.errors import InteractionNotFound
from interactions.models import Channel, Interaction, InteractionState, Outcome, Service
from interactions.services import record
from regions.people.access import AT_THE_DESK, allow, person_of
from regions.people.paging import paged


class InteractionReply(serializers.Serializer[Any]):
    """An interaction; its `version` is the ETag."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    call = serializers.CharField(allow_null=True)
    incident = serializers.UUIDField(allow_null=True)
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
    outcome_confirmed = serializers.BooleanField(
        help_text="By a supervisor; a false report needs it"
    )
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
            version=version_seen(request),
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
