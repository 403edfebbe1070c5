"""The doors that a request passes: by role for people, by scope for machines; shut by default."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from typing_extensions import override

from regions.errors import Forbidden
from regions.people.models import Role, Scope, User

# A supervisor does all that agents do.
AT_THE_DESK = frozenset({Role.AGENT, Role.SUPERVISOR})
SUPERVISORS = frozenset({Role.SUPERVISOR})
ADMINISTRATORS = frozenset({Role.IT_HEAD})
HEADQUARTERS = frozenset({Role.HQ, Role.HQ_IT})
EVERY_ROLE = frozenset(Role)


class AgentRequest(HttpRequest):
    """A request that passed `role_required`: its user is a signed-in person."""

    user: User


class NobodyByDefault(BasePermission):
    """What a view without a stated permission answers."""

    @override
    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class _Open(BasePermission):
    roles: ClassVar[frozenset[Role]] = frozenset()
    scopes: ClassVar[frozenset[Scope]] = frozenset()

    @override
    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(
            request.user.is_authenticated
            and (
                request.user.role in self.roles
                or (self.scopes & getattr(request.user, "scopes", frozenset()))
            )
        )


def person_of(request: Request) -> User:
    """Return the person who sends an API request that only roles may send."""
    if not isinstance(request.user, User):
        message = "this view is open to machines too"
        raise TypeError(message)
    return request.user


def allow(
    *, roles: frozenset[Role] = frozenset(), scope: Scope | None = None
) -> type[BasePermission]:
    """Make the permission of an API view: any of these roles, or a machine with this scope."""
    scopes = frozenset({scope}) if scope else frozenset()
    return type("Open", (_Open,), {"roles": roles, "scopes": scopes})


def role_required(roles: frozenset[Role]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let only signed-in people of these roles into a page.

    Nobody is sent to the sign-in page and back; the wrong role is refused.
    """

    def door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("sign-in"))
            if request.user.role not in roles:
                raise Forbidden(needed=sorted(roles))
            return view(request, *args, **kwargs)

        guarded.open_to = roles  # type: ignore[attr-defined]  # read by the isolation tests
        return guarded

    return door
