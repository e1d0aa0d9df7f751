"""A PostgreSQL server owned by this process: no daemon, no system user, no rights beyond the folder given."""

from cdp_common.db.embedded.binaries import Binaries, find_binaries
from cdp_common.db.embedded.cluster import EmbeddedCluster
from cdp_common.db.embedded.errors import (
    BinariesNotFound,
    ClusterAlreadyOwned,
    ClusterNotRunning,
    ClusterStartFailed,
    ClusterVersionMismatch,
    EmbeddedPostgresError,
    FolderUnusable,
    LaunchRefused,
)

__all__ = [
    "Binaries",
    "BinariesNotFound",
    "ClusterAlreadyOwned",
    "ClusterNotRunning",
    "ClusterStartFailed",
    "ClusterVersionMismatch",
    "EmbeddedCluster",
    "EmbeddedPostgresError",
    "FolderUnusable",
    "LaunchRefused",
    "find_binaries",
]
