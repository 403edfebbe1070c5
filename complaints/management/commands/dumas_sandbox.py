"""`manage.py dumas_sandbox`: listed here, started by manage.py before any setting."""

import sys

from django.core.management.base import BaseCommand
from typing_extensions import override

from complaints.dumas.sandbox import main


class Command(BaseCommand):
    help = "The stand-in for Dumas Presisi; needs no database and no setting."

    @override
    def run_from_argv(self, argv: list[str]) -> None:
        sys.exit(main(argv[2:]))

    @override
    def handle(self, *args: str, **options: object) -> None:
        sys.exit(main(args))
