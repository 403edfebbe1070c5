"""What the API's modules share: reading a request, describing a page."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request


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


def version_seen(request: Request) -> int | None:
    """Return the version in If-Match; None is any, -1 one that never was."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return None
    digits = header.removeprefix("W/").strip('"')
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else -1


def page_of(name: str, row: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """Describe one page of a list."""
    fields = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": row(many=True),
    }
    return type(name, (serializers.Serializer,), fields)


class PhoneField(serializers.RegexField):
    """A number in the form of E.164, or null when it is not known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^\+[0-9]{5,15}$", **kwargs)


class Place(serializers.Serializer[Any]):
    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)
    accuracy_m = serializers.FloatField(required=False, allow_null=True, min_value=0)
    landmark = serializers.CharField(required=False, allow_blank=True, max_length=300)
