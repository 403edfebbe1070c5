#!/usr/bin/env python
"""Django's commands for this project."""

import os
import sys


def main() -> None:
    """Run one command; the Dumas sandbox needs neither settings nor a database."""
    if sys.argv[1:2] == ["dumas_sandbox"]:
        from complaints.dumas.sandbox import main as run_sandbox

        sys.exit(run_sandbox(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
