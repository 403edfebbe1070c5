"""Signing in, through allauth: by username, and nobody opens an account for themselves."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from django.http import HttpRequest

from regions.people.models import User


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, and let the session remember in which region that was."""
        super().login(request, user)
        request.session["region"] = request.tenant.slug  # type: ignore[attr-defined]


class SignInForm(LoginForm):
    def add_prefix(self, field_name: str) -> str:
        """Name the field `username` in the page, as password managers expect."""
        name: str = super().add_prefix("username" if field_name == "login" else field_name)
        return name

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remember", None)
