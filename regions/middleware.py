"""Which host is which region: exact names only."""

from django.http import HttpRequest
from django_tenants.middleware.main import TenantMainMiddleware
from typing_extensions import override

from regions.models import Domain, Region


class RegionMiddleware(TenantMainMiddleware):
    """Enter the region of the request's host; any other host is not found."""

    @staticmethod
    @override
    def hostname_from_request(request: HttpRequest) -> str:
        """Return the host without its port, unlike the parent with `www.` and all."""
        return request.get_host().rsplit(":", 1)[0].lower()

    @override
    def get_tenant(self, domain_model: type[Domain], hostname: str) -> Region:
        domain = domain_model.objects.select_related("tenant").get(
            domain=hostname, tenant__is_active=True
        )
        region: Region = domain.tenant
        return region
