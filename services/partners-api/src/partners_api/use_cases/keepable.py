"""Whether an answer is small enough to be kept and given again."""

from pydantic import BaseModel

from cdp_common.db.idempotency import MAX_ANSWER_BYTES
from cdp_common.kernel.errors import TooLarge


class RecordTooLarge(TooLarge):
    """The texts of a record are longer than an answer that is kept may be."""

    code = "record_too_large"
    title = "The record is too large"


def require_keepable(body: BaseModel) -> None:
    """Refuse a record whose texts are each within bounds and too long together."""
    if len(body.model_dump_json().encode()) > MAX_ANSWER_BYTES:
        raise RecordTooLarge(f"All its texts together take at most {MAX_ANSWER_BYTES} bytes as JSON.")
