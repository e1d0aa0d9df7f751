"""The settings of toms-engine."""

from pathlib import Path

from pydantic import Field

from cdp_common.web.settings import ServiceSettings

SCHEMA = "toms"
"""The schema of the service's database; its name and its roles are made of it."""


class Settings(ServiceSettings):
    """The settings of toms-engine: the shared ones, and how much it reads of files."""

    port: int = 8102
    """The port to listen on."""
    need_file_max_bytes: int = Field(default=64 * 1024 * 1024, ge=1024, le=1024**3)
    """The largest official file of an index of deprivation, decompressed.

    Those of England have some 11 MB.
    """
    lookup_max_bytes: int = Field(default=2 * 1024**3, ge=1024, le=8 * 1024**3)
    """The largest lookup file, decompressed; the ONS Postcode Directory has some 1.3 GB."""
    boundaries_max_bytes: int = Field(default=32 * 1024 * 1024, ge=1024, le=256 * 1024 * 1024)
    """The largest file of outlines, decompressed; larger ones come in parts, place by place."""
    layout_folder: Path | None = None
    """A folder with further layouts of official files, for other nations and editions."""
    bulk_max_bytes: int = Field(default=1024**3, ge=1024, le=64 * 1024**3)
    """The largest file of lines that is read, as it is sent and once it is unpacked."""
    bulk_max_rows: int = Field(default=10_000_000, ge=1, le=1_000_000_000)
    """The most rows of a file of lines."""
    bulk_max_gzip_ratio: int = Field(default=200, ge=2, le=1032)
    """How many times its size a packed file may expand to."""
    bulk_runs_at_once: int = Field(default=2, ge=1, le=64)
    """The files of lines that are read at the same time; one more is answered 503."""
    bulk_idle_s: float = Field(default=30.0, gt=0, le=3600)
    """How long a run waits for more of its file, or for its answer to be read."""
    bulk_max_waiting_bytes: int = Field(default=1024**3, ge=1024**2, le=64 * 1024**3)
    """The most of an answer that waits in a temporary file for a caller who sends first and reads later."""
