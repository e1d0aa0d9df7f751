"""The catalogue of toms-engine's tables, which stand in several modules."""

from cdp_common.db.columns import metadata_with_names

metadata = metadata_with_names()
