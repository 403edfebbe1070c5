"""The API at headquarters' host: events in for any region, figures out of all."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from interactions.api import (
    BATCH_TYPE,
    EVENT_TYPE,
    EventBatchParser,
    EventParser,
    IntakeReply,
    checked_query,
    delivered,
    locations,
)
from interactions.services.national_intake import record_national_events
from interactions.services.national_locations import receive_national_place
from regions.people.access import HEADQUARTERS, allow
from regions.people.models import Scope
from regions.queries import national_summary


class NationalIntakeReply(IntakeReply):
    regions = serializers.DictField(child=serializers.CharField())


class NationalEvents(APIView):
    """Call events for any region; the reply says where each call went."""

    permission_classes = [allow(scope=Scope.TELEPHONY)]
    parser_classes = [EventParser, EventBatchParser]

    @extend_schema(
        operation_id="record_national_call_events",
        request={EVENT_TYPE: dict[str, Any], BATCH_TYPE: list[dict[str, Any]]},
        responses={202: NationalIntakeReply, 200: NationalIntakeReply},
    )
    def post(self, request: Request) -> Response:
        taken = record_national_events(delivered(request))
        reply = {
            "accepted": taken.accepted,
            "duplicates": taken.duplicates,
            "regions": taken.regions,
        }
        return Response(reply, status=202 if taken.accepted else 200)


class NationalPlaceReply(serializers.Serializer[Any]):
    call = serializers.CharField(allow_null=True)
    region = serializers.CharField(allow_null=True)


class NationalLocations(APIView):
    """A caller's place for whichever region has the call; both are null while it waits for it."""

    permission_classes = [allow(scope=Scope.TELEPHONY)]
    parser_classes = locations.MESSAGE_PARSERS

    @extend_schema(
        operation_id="receive_national_place",
        parameters=locations.WHOSE,
        request=locations.MESSAGE_REQUEST,
        responses={202: NationalPlaceReply},
    )
    def post(self, request: Request) -> Response:
        call_id, region = receive_national_place(locations.received(request))
        return Response({"call": call_id, "region": region}, status=202)


class Period(serializers.Serializer[Any]):
    """`from` and `to`: RFC 3339; whole hours in UTC, `from` rounded down and `to` up."""

    to = serializers.DateTimeField(required=False)

    @override
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a word of Python, so it cannot be declared like the others.
        return {"from": serializers.DateTimeField(required=False), **super().get_fields()}


class Summary(APIView):
    """National figures and each region's; never a citizen's data."""

    permission_classes = [allow(roles=HEADQUARTERS)]

    @extend_schema(operation_id="national_summary", parameters=[Period], responses=dict[str, Any])
    def get(self, request: Request) -> Response:
        period = checked_query(Period, request)
        summary = national_summary(since=period.get("from"), until=period.get("to"))
        return Response(summary.document())
