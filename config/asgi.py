"""The one ASGI application: pages, API and sockets."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 (after Django's set-up)
from django.urls import path  # noqa: E402

from portal.body_limit import BodyLimit  # noqa: E402
from portal.consumers import AlertSocket, NoSocket  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": BodyLimit(pages),
        "websocket": URLRouter(
            [path("ws/alerts/", AlertSocket.as_asgi()), path("<path:other>", NoSocket.as_asgi())]
        ),
    }
)
