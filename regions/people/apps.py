from django.apps import AppConfig
from typing_extensions import override


class PeopleConfig(AppConfig):
    name = "regions.people"
    label = "people"

    @override
    def ready(self) -> None:
        import regions.people.openapi  # noqa: F401, PLC0415 (registers itself with drf-spectacular)
