"""The API of incidents: opened, linked, units sent and followed, units to choose from."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from interactions import incident_queries as queries
from interactions.api.reading import (
    Place,
    checked,
    checked_query,
    page_of,
    version_seen,
)
from interactions.models import IncidentState, UnitStatus
from interactions.services import dispatch, incidents
from regions.people.access import AT_THE_DESK, allow, person_of
from regions.people.paging import paged

AGENTS = [allow(roles=AT_THE_DESK)]


class SentUnit(serializers.Serializer[Any]):
    """A unit that was sent, with the time of every status that it reached."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    status = serializers.ChoiceField(UnitStatus.choices)
    dispatched_by = serializers.CharField()
    dispatched_at = serializers.DateTimeField()
    en_route_at = serializers.DateTimeField(allow_null=True)
    on_scene_at = serializers.DateTimeField(allow_null=True)
    cleared_at = serializers.DateTimeField(allow_null=True)
    override_reason = serializers.CharField()


class IncidentReply(serializers.Serializer[Any]):
    """An incident; its `version` is the ETag."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.ChoiceField(IncidentState.choices)
    category = serializers.CharField()
    priority = serializers.IntegerField()
    place = serializers.DictField(allow_null=True)
    summary = serializers.CharField()
    opened_by = serializers.CharField()
    opened_at = serializers.DateTimeField()
    first_contact_at = serializers.DateTimeField()
    dispatched_at = serializers.DateTimeField(allow_null=True)
    arrived_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    interactions = serializers.ListField(child=serializers.UUIDField())
    units = SentUnit(many=True)


class Contact(serializers.Serializer[Any]):
    """An interaction that an incident gathers, for the list of call-backs."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.CharField()
    channel = serializers.CharField()
    caller = serializers.CharField(allow_null=True)
    agent = serializers.CharField()
    summary = serializers.CharField()
    opened_at = serializers.DateTimeField()


class IncidentStep(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    kind = serializers.CharField()
    detail = serializers.DictField()


class WholeIncident(IncidentReply):
    """An incident with its newest 500 contacts and steps, oldest first."""

    contacts = Contact(many=True)
    timeline = IncidentStep(many=True)


class IncidentFilters(serializers.Serializer[Any]):
    state = serializers.ChoiceField(IncidentState.choices, required=False)
    category = serializers.CharField(required=False, max_length=12)
    priority = serializers.IntegerField(required=False, min_value=1, max_value=4)
    unit = serializers.CharField(required=False, max_length=20, help_text="Out at it now")
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class NewIncident(serializers.Serializer[Any]):
    category = serializers.CharField(max_length=12)
    priority = serializers.IntegerField(min_value=1, max_value=4)
    place = Place(allow_null=True)
    summary = serializers.CharField(max_length=500)
    interactions = serializers.ListField(child=serializers.UUIDField(), max_length=200)


class IncidentChanges(serializers.Serializer[Any]):
    category = serializers.CharField(max_length=12, required=False)
    priority = serializers.IntegerField(min_value=1, max_value=4, required=False)
    place = Place(allow_null=True, required=False)
    summary = serializers.CharField(max_length=500, required=False)


class Link(serializers.Serializer[Any]):
    interaction = serializers.UUIDField()


class Unlink(Link):
    reason = serializers.CharField(max_length=500)


class ClosedWhy(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class Sending(serializers.Serializer[Any]):
    unit = serializers.CharField(max_length=20)
    override_reason = serializers.CharField(
        required=False, allow_blank=True, max_length=500, default=""
    )


class Step(Sending):
    status = serializers.ChoiceField(UnitStatus.choices)


class Position(serializers.Serializer[Any]):
    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)
    accuracy_m = serializers.FloatField(required=False, allow_null=True, min_value=0, default=None)


class PositionReply(Position):
    unit = serializers.CharField()
    at = serializers.DateTimeField()


class ReasonReply(serializers.Serializer[Any]):
    code = serializers.CharField()
    facts = serializers.DictField()


class SuggestedUnit(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    distance_m = serializers.IntegerField(allow_null=True)
    reasons = ReasonReply(many=True)


class RecommendationReply(serializers.Serializer[Any]):
    """Units to send, best first; those that are not, nearest first, with why; and why none."""

    recommended = SuggestedUnit(many=True)
    not_recommended = SuggestedUnit(many=True)
    why_none = ReasonReply(allow_null=True)


def _answer(incident_id: UUID, status: int = 200) -> Response:
    incident = queries.incident(incident_id)
    return Response(
        queries.incident_with_history(incident),
        status=status,
        headers={"ETag": f'"{incident.version}"'},
    )


class Incidents(APIView):
    permission_classes = AGENTS

    @extend_schema(
        operation_id="list_incidents",
        parameters=[IncidentFilters],
        responses=page_of("IncidentPage", IncidentReply),
    )
    def get(self, request: Request) -> Response:
        filters = checked_query(IncidentFilters, request)
        names = {"since": "opened_at__gte", "until": "opened_at__lt", "category": "category_id"}
        unit = filters.pop("unit", None)
        wanted = {names.get(name, name): value for name, value in filters.items()}
        rows = queries.incidents().filter(**wanted)
        if unit is not None:
            rows = rows.filter(dispatches__unit=unit, dispatches__cleared_at=None)
        return paged(request, rows, ("-opened_at", "-id"), queries.incident_document)

    @extend_schema(
        operation_id="open_incident", request=NewIncident, responses={201: WholeIncident}
    )
    def post(self, request: Request) -> Response:
        opened = incidents.open_incident(actor=person_of(request), **checked(NewIncident, request))
        return _answer(opened.id, status=201)


class OneIncident(APIView):
    permission_classes = AGENTS

    @extend_schema(operation_id="get_incident", responses=WholeIncident)
    def get(self, request: Request, incident_id: UUID) -> Response:
        return _answer(incident_id)

    @extend_schema(
        operation_id="write_incident",
        request=IncidentChanges,
        responses={200: WholeIncident, 412: OpenApiResponse(description="Changed meanwhile")},
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER)],
    )
    def patch(self, request: Request, incident_id: UUID) -> Response:
        incidents.write_incident(
            incident_id=incident_id,
            version=version_seen(request),
            changes=checked(IncidentChanges, request),
            actor=person_of(request),
        )
        return _answer(incident_id)


class LinkInteraction(APIView):
    permission_classes = AGENTS

    @extend_schema(operation_id="link_interaction", request=Link, responses=WholeIncident)
    def post(self, request: Request, incident_id: UUID) -> Response:
        fields = checked(Link, request)
        incidents.link_interaction(
            incident_id=incident_id,
            interaction_id=fields["interaction"],
            actor=person_of(request),
        )
        return _answer(incident_id)


class UnlinkInteraction(APIView):
    permission_classes = AGENTS

    @extend_schema(operation_id="unlink_interaction", request=Unlink, responses=WholeIncident)
    def post(self, request: Request, incident_id: UUID) -> Response:
        fields = checked(Unlink, request)
        incidents.unlink_interaction(
            incident_id=incident_id,
            interaction_id=fields["interaction"],
            reason=fields["reason"],
            actor=person_of(request),
        )
        return _answer(incident_id)


class CloseIncident(APIView):
    """Close an incident to which nobody had to be sent; others close by themselves."""

    permission_classes = AGENTS

    @extend_schema(operation_id="close_incident", request=ClosedWhy, responses=WholeIncident)
    def post(self, request: Request, incident_id: UUID) -> Response:
        fields = checked(ClosedWhy, request)
        incidents.close_incident(incident_id=incident_id, actor=person_of(request), **fields)
        return _answer(incident_id)


class DispatchUnit(APIView):
    """Send a unit; one that is out elsewhere is 409 without a reason."""

    permission_classes = AGENTS

    @extend_schema(operation_id="dispatch_unit", request=Sending, responses=WholeIncident)
    def post(self, request: Request, incident_id: UUID) -> Response:
        fields = checked(Sending, request)
        dispatch.dispatch_unit(
            incident_id=incident_id,
            unit_code=fields["unit"],
            override_reason=fields["override_reason"],
            actor=person_of(request),
        )
        return _answer(incident_id)


class UnitStatusOf(APIView):
    """Take a unit to its next status; a supervisor may leave the way with a reason."""

    permission_classes = AGENTS

    @extend_schema(operation_id="set_unit_status", request=Step, responses=WholeIncident)
    def post(self, request: Request, incident_id: UUID) -> Response:
        fields = checked(Step, request)
        dispatch.set_unit_status(
            incident_id=incident_id,
            unit_code=fields["unit"],
            status=UnitStatus(fields["status"]),
            override_reason=fields["override_reason"],
            actor=person_of(request),
        )
        return _answer(incident_id)


class UnitsFor(APIView):
    """Which units to send to an incident, with the reasons."""

    permission_classes = AGENTS

    @extend_schema(operation_id="recommend_units", responses=RecommendationReply)
    def get(self, request: Request, incident_id: UUID) -> Response:
        incident = queries.incident(incident_id)
        recommendation = queries.units_for(
            place=incident.place, category=incident.category_id, now=timezone.now()
        )
        return Response(queries.recommendation_document(recommendation))


class UnitPositionOf(APIView):
    """Where a unit is, as it just reported."""

    permission_classes = AGENTS

    @extend_schema(operation_id="report_unit_position", request=Position, responses=PositionReply)
    def post(self, request: Request, unit_code: str) -> Response:
        position = dispatch.report_position(
            unit_code=unit_code, at=timezone.now(), **checked(Position, request)
        )
        return Response(queries.position_document(position))
