"""The API's own description: OpenAPI 3.1, JSON by default, for any signed-in role."""

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from regions.people.access import EVERY_ROLE, allow
from regions.people.authentication import BearerAuthentication, PageSession


class Document(SpectacularAPIView):
    permission_classes = [allow(roles=EVERY_ROLE)]
    authentication_classes = [BearerAuthentication, PageSession]
    renderer_classes = [OpenApiJsonRenderer2]


# Swagger UI styles its own elements; nothing else on this page could use the exception.
@method_decorator(csp_update({"style-src": ["'unsafe-inline'"]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    permission_classes = [allow(roles=EVERY_ROLE)]
    authentication_classes = [BearerAuthentication, PageSession]
    url_name = "schema"
    url_self = "docs"
