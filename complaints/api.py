"""The API of complaints and Dumas Presisi's callbacks: parse, call, answer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from complaints import queries
from complaints.dumas.adapter import DumasStatus
from complaints.dumas.callback import read_callback
from complaints.dumas.signatures import BadSignature, verify
from complaints.errors import BadCallback, ComplaintNotFound, EscalationNotFound
from complaints.models import (
    Complaint,
    ComplaintChannel,
    ComplaintState,
    Escalation,
    EscalationState,
    Letter,
    Resolution,
)
from complaints.numbers import read_number
from complaints.services import callbacks, decide, escalate
from complaints.services.file import (
    Filed,
    Statement,
    complain_about_interaction,
    file_complaint,
)
from interactions.api import PhoneField, checked, checked_query, page_of
from regions.people.access import AT_THE_DESK, SUPERVISORS, allow, person_of
from regions.people.paging import paged


class NoteField(serializers.CharField):
    """Words that may be missing."""

    def __init__(self) -> None:
        super().__init__(required=False, allow_blank=True, max_length=2000, default="")


class ComplaintRow(serializers.Serializer[Any]):
    """A complaint as lists show it."""

    number = serializers.CharField()
    state = serializers.ChoiceField(ComplaintState.choices)
    dumas_status = serializers.ChoiceField([each.value for each in DumasStatus], allow_null=True)
    channel = serializers.ChoiceField(ComplaintChannel.choices)
    category = serializers.CharField()
    summary = serializers.CharField()
    anonymous = serializers.BooleanField()
    received_at = serializers.DateTimeField()
    escalated_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    due = serializers.DictField(help_text="Days: letter, result, and which of them is next")
    overdue = serializers.BooleanField()
    version = serializers.IntegerField()


class ComplaintReply(ComplaintRow):
    """A complaint with all that is known of it, its history oldest first."""

    detail = serializers.CharField()
    occurred_at = serializers.DateTimeField(allow_null=True)
    interaction = serializers.UUIDField(allow_null=True)
    about = serializers.DictField()
    complainant = serializers.DictField(allow_null=True)
    resolution = serializers.ChoiceField(Resolution.choices, allow_null=True)
    letters = serializers.DictField()
    history = serializers.ListField(child=serializers.DictField())


class FiledReply(ComplaintReply):
    """A new complaint; its PIN is shown this once."""

    pin = serializers.CharField()


class EscalationReply(serializers.Serializer[Any]):
    """A complaint's way to Dumas Presisi, its tries oldest first."""

    key = serializers.UUIDField()
    complaint = serializers.CharField()
    state = serializers.ChoiceField(EscalationState.choices)
    dumas_number = serializers.CharField(allow_null=True)
    dumas_status = serializers.CharField(allow_null=True)
    attempts = serializers.IntegerField()
    last_error = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    tries = serializers.ListField(child=serializers.DictField())


class ComplaintFilters(serializers.Serializer[Any]):
    state = serializers.ChoiceField(ComplaintState.choices, required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    overdue = serializers.BooleanField(required=False, allow_null=True, default=None)


class About(serializers.Serializer[Any]):
    unit = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=20)
    officers = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, max_length=20
    )


class Complainant(serializers.Serializer[Any]):
    name = serializers.CharField(required=False, max_length=120)
    phone = PhoneField(required=False)
    email = serializers.EmailField(required=False, max_length=254)
    nik = serializers.RegexField(r"^[0-9]{16}$", required=False)


class SaidOfInteraction(serializers.Serializer[Any]):
    """What the interaction's record does not say, or says otherwise."""

    summary = serializers.CharField(required=False, max_length=500)
    detail = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    occurred_at = serializers.DateTimeField(required=False, allow_null=True)
    about = About(required=False, allow_null=True)
    complainant = Complainant(required=False, allow_null=True)


class NewComplaint(serializers.Serializer[Any]):
    channel = serializers.ChoiceField(ComplaintChannel.choices)
    category = serializers.CharField(max_length=12)
    summary = serializers.CharField(max_length=500)
    detail = serializers.CharField(allow_blank=True, max_length=20_000)
    occurred_at = serializers.DateTimeField(required=False, allow_null=True)
    interaction = serializers.UUIDField(required=False, allow_null=True, default=None)
    about = About(required=False, allow_null=True)
    complainant = Complainant(allow_null=True, help_text="null for anonymous")


class Verification(serializers.Serializer[Any]):
    merits = serializers.BooleanField(required=False, default=True)
    reason = NoteField()
    note = NoteField()


class Note(serializers.Serializer[Any]):
    note = NoteField()


class Reason(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class Finding(serializers.Serializer[Any]):
    resolution = serializers.ChoiceField(Resolution.choices)
    note = serializers.CharField(max_length=2000)


class LetterSent(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(Letter.choices)
    sent_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    received_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class DumasNumber(serializers.Serializer[Any]):
    dumas_number = serializers.CharField(max_length=64)


class CallbackBody(serializers.Serializer[Any]):
    number = serializers.CharField(max_length=64)
    reference = serializers.CharField(max_length=64)
    status = serializers.ChoiceField([each.value for each in DumasStatus])
    at = serializers.DateTimeField()
    note = serializers.CharField(required=False, allow_blank=True, allow_null=True)


class CallbackReply(serializers.Serializer[Any]):
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Translate the wire's names into those of a `Statement`."""
    same = ("channel", "category", "summary", "detail", "occurred_at", "complainant")
    said = {name: fields[name] for name in same if name in fields}
    about = fields.get("about") or {}
    return said | {
        "about_unit": about.get("unit") or "",
        "about_officers": about.get("officers") or (),
    }


def _filed(filed: Filed) -> Response:
    document = queries.complaint_document(filed.complaint)
    if filed.pin is None:
        return Response(document)
    return Response({**document, "pin": filed.pin}, status=201)


def _complaint(request: Request, number: str) -> Complaint:
    rows = queries.visible_complaints(person_of(request))
    complaint = rows.filter(number=read_number(number)).first()
    if complaint is None:
        raise ComplaintNotFound
    return complaint


def _answer(complaint: Complaint) -> Response:
    document = queries.complaint_document(complaint)
    return Response(document, headers={"ETag": f'"{complaint.version}"'})


def _escalation(escalation: Escalation, status: int = 200) -> Response:
    return Response(queries.escalation_document(escalation), status=status)


class Complaints(APIView):
    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(
        operation_id="list_complaints",
        parameters=[ComplaintFilters],
        responses=page_of("ComplaintPage", ComplaintRow),
    )
    def get(self, request: Request) -> Response:
        filters = checked_query(ComplaintFilters, request)
        overdue = filters.pop("overdue")
        names = {"since": "received_at__gte", "until": "received_at__lt"}
        wanted = Q(**{names.get(name, name): value for name, value in filters.items()})
        if overdue is not None:
            is_overdue = Q(overdue_at__isnull=False, closed_at=None)
            wanted &= is_overdue if overdue else ~is_overdue
        rows = queries.complaints(person_of(request)).filter(wanted)
        return paged(request, rows, ("-received_at", "-id"), queries.complaint_row)

    @extend_schema(operation_id="file_complaint", request=NewComplaint, responses={201: FiledReply})
    def post(self, request: Request) -> Response:
        fields = checked(NewComplaint, request)
        statement = Statement(**_said(fields))
        return _filed(
            file_complaint(
                statement, actor=person_of(request), interaction_id=fields["interaction"]
            )
        )


class InteractionComplaint(APIView):
    """The bridge from an interaction about the police; a second time answers the open one."""

    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(
        operation_id="complain_about_interaction",
        request=SaidOfInteraction,
        responses={201: FiledReply, 200: ComplaintReply},
    )
    def post(self, request: Request, interaction_id: UUID) -> Response:
        said = _said(checked(SaidOfInteraction, request))
        return _filed(
            complain_about_interaction(interaction_id, actor=person_of(request), said=said)
        )


class OneComplaint(APIView):
    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(operation_id="get_complaint", responses=ComplaintReply)
    def get(self, request: Request, number: str) -> Response:
        return _answer(_complaint(request, number))


class VerifyComplaint(APIView):
    permission_classes = [allow(roles=SUPERVISORS)]

    @extend_schema(operation_id="verify_complaint", request=Verification, responses=ComplaintReply)
    def post(self, request: Request, number: str) -> Response:
        fields = checked(Verification, request)
        return _answer(decide.verify_complaint(number=number, actor=person_of(request), **fields))


class StartComplaint(APIView):
    permission_classes = [allow(roles=SUPERVISORS)]

    @extend_schema(operation_id="start_complaint", request=Note, responses=ComplaintReply)
    def post(self, request: Request, number: str) -> Response:
        fields = checked(Note, request)
        return _answer(decide.start_complaint(number=number, actor=person_of(request), **fields))


class RejectComplaint(APIView):
    permission_classes = [allow(roles=SUPERVISORS)]

    @extend_schema(operation_id="reject_complaint", request=Reason, responses=ComplaintReply)
    def post(self, request: Request, number: str) -> Response:
        fields = checked(Reason, request)
        return _answer(decide.reject_complaint(number=number, actor=person_of(request), **fields))


class ResolveComplaint(APIView):
    permission_classes = [allow(roles=SUPERVISORS)]

    @extend_schema(operation_id="resolve_complaint", request=Finding, responses=ComplaintReply)
    def post(self, request: Request, number: str) -> Response:
        fields = checked(Finding, request)
        return _answer(decide.resolve_complaint(number=number, actor=person_of(request), **fields))


class ReopenComplaint(APIView):
    permission_classes = [allow(roles=SUPERVISORS)]

    @extend_schema(operation_id="reopen_complaint", request=Reason, responses=ComplaintReply)
    def post(self, request: Request, number: str) -> Response:
        fields = checked(Reason, request)
        return _answer(decide.reopen_complaint(number=number, actor=person_of(request), **fields))


class ComplaintLetter(APIView):
    """A letter to the complainant was sent, or received."""

    permission_classes = [allow(roles=SUPERVISORS)]

    @extend_schema(operation_id="record_letter", request=LetterSent, responses=ComplaintReply)
    def post(self, request: Request, number: str) -> Response:
        fields = checked(LetterSent, request)
        return _answer(decide.record_letter(number=number, actor=person_of(request), **fields))


class EscalateComplaint(APIView):
    """Hand a complaint on to Dumas Presisi; a second time answers the same escalation."""

    permission_classes = [allow(roles=SUPERVISORS)]

    @extend_schema(
        operation_id="escalate_complaint", request=Note, responses={202: EscalationReply}
    )
    def post(self, request: Request, number: str) -> Response:
        fields = checked(Note, request)
        escalation = escalate.escalate_complaint(number=number, actor=person_of(request), **fields)
        return _escalation(escalation, status=202)


class OneEscalation(APIView):
    permission_classes = [allow(roles=AT_THE_DESK)]

    @extend_schema(operation_id="get_escalation", responses=EscalationReply)
    def get(self, request: Request, number: str) -> Response:
        escalation = queries.escalation_of(_complaint(request, number))
        if escalation is None:
            raise EscalationNotFound
        return _escalation(escalation)


class RetryEscalation(APIView):
    """Send a dead escalation again."""

    permission_classes = [allow(roles=SUPERVISORS)]

    @extend_schema(operation_id="retry_escalation", request=None, responses=EscalationReply)
    def post(self, request: Request, number: str) -> Response:
        return _escalation(escalate.retry_escalation(number=number, actor=person_of(request)))


class EnterDumasNumber(APIView):
    """Dumas's number of a report that a person took there."""

    permission_classes = [allow(roles=SUPERVISORS)]

    @extend_schema(
        operation_id="enter_dumas_number", request=DumasNumber, responses=EscalationReply
    )
    def post(self, request: Request, number: str) -> Response:
        fields = checked(DumasNumber, request)
        return _escalation(
            escalate.enter_dumas_number(number=number, actor=person_of(request), **fields)
        )


class PublicCallback(AutoSchema):
    """Describes the callback: open to whoever signs it, so without any of our credentials."""

    @override
    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**(super().get_operation(*args, **kwargs) or {}), "security": []}

    @override
    def get_operation_id(self) -> str:
        return "take_dumas_callback"

    @override
    def get_request_serializer(self) -> type[CallbackBody]:
        return CallbackBody

    @override
    def get_response_serializers(self) -> type[CallbackReply]:
        return CallbackReply


class DumasCallbacks(APIView):
    """The status of a report, from Dumas Presisi, signed as Standard Webhooks do."""

    authentication_classes = []
    permission_classes = []
    schema = PublicCallback()

    def post(self, request: Request) -> Response:
        now = timezone.now()
        try:
            webhook_id = verify(
                request.headers, request.body, secrets=settings.DUMAS_SECRETS, now=now
            )
        except BadSignature as error:
            raise BadCallback(f"The callback is refused: {error.reason}.") from None
        is_new = not callbacks.is_known_callback(webhook_id) and (
            callbacks.take_callback(read_callback(request.data, now=now), webhook_id=webhook_id)
            is not None
        )
        return Response({"accepted": int(is_new), "duplicates": int(not is_new)})
