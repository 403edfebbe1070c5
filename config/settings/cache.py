"""Valkey: hints for sockets and counters for throttling. Nothing of record lives in it."""

from config.settings.environment import OFFLINE, env, required

CACHE_URL = (
    "redis://127.0.0.1:1/0" if OFFLINE else required("CACHE_URL", "a redis:// address of Valkey")
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        # Keys carry the region, so a counter of one Polda is never another's.
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "REVERSE_KEY_FUNCTION": "django_tenants.cache.reverse_key",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [{"address": CACHE_URL, "socket_connect_timeout": 1}],
            "prefix": env.str("CHANNEL_PREFIX", default="portal110"),
        },
    }
}
