"""Where the tables of charter-api are gathered."""

from cdp_common.db.columns import metadata_with_names

metadata = metadata_with_names()
