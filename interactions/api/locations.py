"""The network's own messages of where a caller is."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import IO, Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from interactions.places import READERS, read_place
from interactions.places.phone import e164
from interactions.services.locations import Message, message_of, receive_place
from regions.errors import Invalid
from regions.people.access import allow
from regions.people.models import Scope


class _AsItCame(BaseParser):
    """Hands the body on unread; the message's own reader is chosen by its media type."""

    @override
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, bytes]:
        return {"body": stream.read()}


MESSAGE_PARSERS: list[type[BaseParser]] = [
    type("MessageParser", (_AsItCame,), {"media_type": media_type}) for media_type in READERS
]
MESSAGE_REQUEST = dict.fromkeys(READERS, bytes)
WHOSE = [
    OpenApiParameter("call", str, description="The call's id; goes before any number."),
    OpenApiParameter("caller", str, description="The caller's number; goes before the message's."),
]


class LocationReply(serializers.Serializer[Any]):
    """A place as the call shows it; the coordinates are null for a civic address alone."""

    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    accuracy_m = serializers.FloatField(allow_null=True)
    method = serializers.CharField()
    at = serializers.DateTimeField()
    confidence = serializers.FloatField(allow_null=True)
    positioning = serializers.CharField(allow_null=True)
    civic = serializers.DictField(allow_null=True)


class PlaceReply(serializers.Serializer[Any]):
    call = serializers.CharField(allow_null=True)
    location = LocationReply()


def received(request: Request) -> Message:
    """Read a message and whose place it tells.

    Raises:
        Unreadable: the body is empty or not what its media type says (400).
        TooLong: longer than a message of its kind (413).
        Invalid: no place, or nobody's: neither the query nor the message names a call or a caller.
    """
    body: bytes = request.data.get("body", b"") if isinstance(request.data, dict) else b""
    media_type = (request.content_type or "").split(";")[0].strip().lower()
    place = read_place(media_type, body)
    call = _call(request.query_params.get("call"))
    caller = _caller(request.query_params.get("caller")) or place.caller
    if call is None and caller is None:
        detail = "names no caller; say whose it is by ?call= or ?caller="
        raise Invalid([{"pointer": "#", "detail": detail}])
    digest = sha256(media_type.encode() + b"\n" + body).hexdigest()
    return message_of(place, digest=digest, call=call, caller=caller, now=timezone.now())


def _call(text: str | None) -> str | None:
    if text is not None and (not 1 <= len(text) <= 128 or "\x00" in text):
        raise Invalid([{"pointer": "#/call", "detail": "must have 1 to 128 characters"}])
    return text


def _caller(text: str | None) -> str | None:
    """Read the caller's number; a + that was sent as it is comes as a space."""
    if text is None:
        return None
    written = f"+{text[1:]}" if text.startswith(" ") else text
    known = written if re.fullmatch(r"\+[0-9]{5,15}", written, re.ASCII) else e164(written)
    if known is None:
        raise Invalid([{"pointer": "#/caller", "detail": "must be a telephone number"}])
    return known


def location_document(message: Message) -> dict[str, Any]:
    """Return a message's place as the call shows it."""
    data = dict(message.data)
    at = data.pop("taken_at").replace("+00:00", "Z")
    return {**data, "at": at}


class CallLocations(APIView):
    """A caller's place from the network: AML by SMS, data SMS and HTTPS, and PIDF-LO."""

    permission_classes = [allow(scope=Scope.TELEPHONY)]
    parser_classes = MESSAGE_PARSERS

    @extend_schema(
        operation_id="receive_place",
        parameters=WHOSE,
        request=MESSAGE_REQUEST,
        responses={202: PlaceReply},
    )
    def post(self, request: Request) -> Response:
        message = received(request)
        call_id = receive_place(message)
        return Response({"call": call_id, "location": location_document(message)}, status=202)
