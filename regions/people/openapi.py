"""How the API's document describes who may call: a bearer token, or a browser's session."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from typing_extensions import override


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "regions.people.authentication.BearerAuthentication"
    name = "bearer"

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "regions.people.authentication.PageSession"
    name = "session"

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:

        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
