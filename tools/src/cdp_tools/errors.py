"""Why a command could not do its work: each is shown as a sentence, without a traceback."""


class ToolError(Exception):
    """The root of what a command reports; `tail` holds the last lines of a log that explain it."""

    def __init__(self, detail: str, *, tail: str = "") -> None:
        super().__init__(detail)
        self.tail = tail


class AlreadyRunning(ToolError):
    """Another command holds the state folder."""


class PortsInUse(ToolError):
    """Something else listens where a service would."""


class ProcessFailed(ToolError):
    """A process ended that should not have, or ended badly."""


class NotReady(ToolError):
    """A service did not become ready in time."""


class WrongState(ToolError):
    """The state folder does not fit what was asked."""
