"""What a change may take away of a record, and what a record always has."""

from collections.abc import Collection, Mapping

from cdp_common.kernel.errors import FieldError, InvalidInput


class RemovalRefused(InvalidInput):
    """A change takes away what the record always has."""

    code = "removal_refused"
    title = "This cannot be taken away"


def require_kept(stated: Mapping[str, object], always: Collection[str]) -> None:
    """Refuse a change whose fields, by name, take away one that the record always has; each is named."""
    faults = [
        FieldError(f"/{name}", "wrong_type", "must not be null")
        for name in always
        if name in stated and stated[name] is None
    ]
    if faults:
        raise RemovalRefused("These cannot be taken away.", errors=faults)
