"""The API of callers: what is known of a number, reported, confirmed, lifted."""

import re
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from interactions.api.reading import checked
from interactions.caller_queries import caller_document
from interactions.errors import CallerNotFound
from interactions.models import NuisanceKind, NuisanceState
from interactions.services import nuisance
from regions.people.access import AT_THE_DESK, SUPERVISORS, allow, person_of


class NuisanceReply(serializers.Serializer[Any]):
    """How much of a nuisance a caller is; it warns, and never drops a call."""

    level = serializers.IntegerField(min_value=0, max_value=3)
    confirmed = serializers.IntegerField()
    last_at = serializers.DateTimeField(allow_null=True)


class NuisanceReportReply(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(NuisanceKind.choices)
    state = serializers.ChoiceField(NuisanceState.choices)
    reason = serializers.CharField()
    interaction = serializers.UUIDField(allow_null=True)
    reported_by = serializers.CharField()
    reported_at = serializers.DateTimeField()
    confirmed_by = serializers.CharField(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    confirm_reason = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    lifted_by = serializers.CharField(allow_null=True)
    lifted_at = serializers.DateTimeField(allow_null=True)
    lift_reason = serializers.CharField()


class CallerReply(serializers.Serializer[Any]):
    """What this region knows of a number, with its newest 100 reports."""

    number = serializers.CharField()
    calls = serializers.IntegerField()
    interactions = serializers.IntegerField()
    nuisance = NuisanceReply()
    reports = NuisanceReportReply(many=True)


class NewNuisanceReport(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(NuisanceKind.choices)
    reason = serializers.CharField(max_length=500)
    interaction = serializers.UUIDField(required=False, allow_null=True, default=None)


class Decision(serializers.Serializer[Any]):
    """A supervisor's reason; `report` takes one report out of several."""

    reason = serializers.CharField(max_length=500)
    report = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**63 - 1
    )


def _number(caller: str) -> str:
    """Return a number as E.164; a + that was sent as it is may come as a space, or not at all."""
    number = f"+{caller.strip().removeprefix('+')}"
    if not re.fullmatch(r"\+[0-9]{5,15}", number):
        raise CallerNotFound
    return number


def _answer(number: str, status: int = 200) -> Response:
    return Response(caller_document(number, now=timezone.now()), status=status)


class OneCaller(APIView):
    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(operation_id="get_caller", responses=CallerReply)
    def get(self, request: Request, caller: str) -> Response:
        return _answer(_number(caller))


class ReportNuisance(APIView):
    """Report a caller; nothing follows until a supervisor confirms it."""

    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(
        operation_id="report_nuisance", request=NewNuisanceReport, responses={201: CallerReply}
    )
    def post(self, request: Request, caller: str) -> Response:
        number, fields = _number(caller), checked(NewNuisanceReport, request)
        nuisance.report_nuisance(
            caller=number,
            kind=NuisanceKind(fields["kind"]),
            reason=fields["reason"],
            interaction_id=fields["interaction"],
            actor=person_of(request),
        )
        return _answer(number, status=201)


class ConfirmNuisance(APIView):
    """Confirm what waits on a caller; not by whoever reported it."""

    permission_classes = [allow(roles=SUPERVISORS)]

    @extend_schema(request=Decision, responses=CallerReply)
    def post(self, request: Request, caller: str) -> Response:
        number, fields = _number(caller), checked(Decision, request)
        nuisance.confirm_nuisance(
            caller=number,
            reason=fields["reason"],
            report_id=fields["report"],
            actor=person_of(request),
        )
        return _answer(number)


class LiftNuisance(APIView):
    """Lift what stands against a caller, confirmed or waiting."""

    permission_classes = [allow(roles=SUPERVISORS)]

    @extend_schema(request=Decision, responses=CallerReply)
    def post(self, request: Request, caller: str) -> Response:
        number, fields = _number(caller), checked(Decision, request)
        nuisance.lift_nuisance(
            caller=number,
            reason=fields["reason"],
            report_id=fields["report"],
            actor=person_of(request),
        )
        return _answer(number)
