"""The settings of toms-engine."""

from pathlib import Path

from pydantic import Field

from cdp_common.web.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of toms-engine: the shared ones, and the sizes of files that it reads."""

    port: int = 8102
    """The port to listen on."""
    need_file_max_bytes: int = Field(default=64 * 1024 * 1024, ge=1024, le=1024**3)
    """The largest official file of an index of deprivation, decompressed.

    Those of England have some 11 MB.
    """
    layout_folder: Path | None = None
    """A folder with further layouts of official files, for other nations and editions."""
