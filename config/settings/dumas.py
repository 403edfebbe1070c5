"""Dumas Presisi: where it answers and with which secrets it signs its callbacks."""

from config.settings.environment import env

DUMAS_URL: str = env.str("DUMAS_URL", default="")
# Several while a secret is being replaced: any of them is good.
DUMAS_SECRETS: list[str] = env.list("DUMAS_SECRET", default=[])
