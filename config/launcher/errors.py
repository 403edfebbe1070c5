"""Why a start is refused or fails."""


class StartRefused(Exception):
    """A setting or the machine forbids the start; the message is one line that names it."""


class ProcessFailed(Exception):
    """A process ended, or did not answer in time, while it was being started."""

    def __init__(self, name: str, what: str, last_lines: list[str]) -> None:
        super().__init__(f"{name} {what}")
        self.last_lines = last_lines


class StopRequested(Exception):
    """SIGTERM or Ctrl-C came while something was still being started."""
