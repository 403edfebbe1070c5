"""Dumas Presisi: where it answers, and the secrets that its callbacks are signed with."""

from django.core.exceptions import ImproperlyConfigured

from complaints.dumas.signatures import check_secret
from config.settings.environment import env

# Empty: nothing is sent; a Dumas number can be entered by hand. A region's own address wins.
DUMAS_URL: str = env.str("DUMAS_URL", default="")
# Two while both sides change to a new one.
DUMAS_SECRETS: list[str] = env.list("DUMAS_SECRET", default=[])

for _secret in DUMAS_SECRETS:
    try:
        check_secret(_secret)
    except ValueError as _error:
        _message = f"DUMAS_SECRET {_error}"
        raise ImproperlyConfigured(_message) from None
