"""Why an embedded server could not be had. These never reach an API: they stop a command, with a reason."""

from typing import ClassVar


class EmbeddedPostgresError(Exception):
    """The root of everything that can go wrong with an embedded PostgreSQL server."""

    code: ClassVar[str] = "embedded_postgres"


class BinariesNotFound(EmbeddedPostgresError):
    """No PostgreSQL server binaries are on this machine."""

    code = "embedded_binaries_not_found"


class ClusterAlreadyOwned(EmbeddedPostgresError):
    """Another living process owns this cluster's folder."""

    code = "embedded_cluster_owned"


class ClusterNotRunning(EmbeddedPostgresError):
    """The cluster was asked for something that needs a running server."""

    code = "embedded_cluster_not_running"


class ClusterStartFailed(EmbeddedPostgresError):
    """The server did not come up; the message ends with the tail of its log."""

    code = "embedded_cluster_start_failed"


class ClusterVersionMismatch(EmbeddedPostgresError):
    """The data folder was made by another major version of PostgreSQL."""

    code = "embedded_cluster_version"


class FolderUnusable(EmbeddedPostgresError):
    """The folder belongs to someone else, or the server's user cannot reach it."""

    code = "embedded_folder_unusable"


class LaunchRefused(EmbeddedPostgresError):
    """A child cannot be tied to the life of this process from where the call was made."""

    code = "embedded_launch_refused"
