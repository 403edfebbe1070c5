"""Who works here, and which keys are open."""

from collections.abc import Sequence

from regions.people.models import ServiceKey, User


def people() -> Sequence[User]:
    """Return everyone with an account, those who may sign in first, by name; one query."""
    return list(User.objects.select_related("unit").order_by("-is_active", "full_name")[:500])


def keys() -> Sequence[ServiceKey]:
    """Return the keys that were not revoked, newest first; one query."""
    live = ServiceKey.objects.select_related("user").filter(revoked_at=None)
    return list(live.order_by("-created_at", "-id")[:500])
