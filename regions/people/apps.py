from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "regions.people"
    label = "people"

    def ready(self) -> None:
        import regions.people.openapi  # noqa: F401, PLC0415 (registers itself with drf-spectacular)
