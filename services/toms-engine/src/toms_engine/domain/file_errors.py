"""What toms-engine refuses of files of lines, each with its stable code."""

from cdp_common.kernel.errors import BadRequest, InvalidInput, TooLarge, Unavailable, UnsupportedMedia


class HeaderRefused(InvalidInput):
    """The first row of a CSV file does not name the columns of a line; `errors` lists every fault."""

    code = "header_refused"
    title = "The header row cannot be used"


class EncodingUnsupported(UnsupportedMedia):
    """The body is packed in another way than gzip."""

    code = "unsupported_content_encoding"
    title = "The body's packing is not supported"


class GzipMalformed(BadRequest):
    """The body says that it is gzip and is not, or is cut off."""

    code = "upload_malformed"
    title = "The file cannot be decompressed"


class BodyExpandsTooFar(TooLarge):
    """The packed body expands further than lines of text do."""

    code = "body_expands_too_far"
    title = "The packed body expands too far"


class UnpackedBodyTooLarge(TooLarge):
    """The body, once unpacked, is larger than the operation reads."""

    code = "unpacked_body_too_large"
    title = "The unpacked body is too large"


class TooManyRows(TooLarge):
    """The file has more rows than the operation reads."""

    code = "too_many_rows"
    title = "The file has too many rows"


class TooManyActivityRows(TooLarge):
    """The file names activities in more rows than are compared with each other."""

    code = "too_many_activity_rows"
    title = "The file names activities in too many rows"


class TotalsTooLarge(InvalidInput):
    """The rows come to more pounds together than eighteen digits hold."""

    code = "totals_too_large"
    title = "The totals are too large"


class BodyStalled(BadRequest):
    """No more of the body came, or of the answer was read, for longer than a run waits."""

    code = "body_stalled"
    title = "The body does not go on"


class BulkBusy(Unavailable):
    """As many files as the process reads at once are being read."""

    code = "bulk_busy"
    title = "Too many files are being read at once"
    retry_after_s = 10
