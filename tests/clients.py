"""Clients that speak to one host with one credential, through Django's whole stack."""

import json
from typing import Any

from django.test import Client
from django_tenants.utils import tenant_context

from regions.models import Region
from regions.people.models import Scope, User
from regions.people.tokens import issue_token

EVENT = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


class PortalClient(Client):
    """A program at a region's host; JSON in and out."""

    def __init__(self, host: str, token: str = "", **defaults: Any) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        super().__init__(
            SERVER_NAME=host, raise_request_exception=False, headers=headers, **defaults
        )

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a JSON body; returns the response."""
        data = b"" if body is None else json.dumps(body).encode()
        return self.generic(method, path, data, "application/json", headers=headers or None)

    def deliver(self, events: dict[str, Any] | list[Any]) -> Any:
        """Deliver call events, one or a batch."""
        kind = BATCH if isinstance(events, list) else EVENT
        path = "/api/v1/calls/events"
        return self.generic("POST", path, json.dumps(events).encode(), kind)


def client_of(region: Region, person: User | None = None) -> PortalClient:
    """A client at a region's host, with a fresh token of a person who works there."""
    return PortalClient(host_of(region), _token(region, user=person) if person else "")


def switch_of(region: Region) -> PortalClient:
    """A switch at a region's host, with a fresh telephony key."""
    return PortalClient(host_of(region), _token(region, scopes=[Scope.TELEPHONY]))


def host_of(region: Region) -> str:
    return f"{region.slug}.localhost"


def _token(region: Region, **of: Any) -> str:
    with tenant_context(region):
        return issue_token(name="test", **of)
