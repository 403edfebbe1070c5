"""What the frame of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.navigation import entries_for


def page(request: HttpRequest) -> dict[str, Any]:
    """Return region, person and navigation; no query beyond the session's."""
    region = getattr(request, "tenant", None)
    user = getattr(request, "user", None)
    role = getattr(user, "role", None)
    return {
        "region": region,
        "person": user if role else None,
        "navigation": entries_for(role),
        "demo": settings.PORTAL_DEMO,
    }
