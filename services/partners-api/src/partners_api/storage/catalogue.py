"""The catalogue that every table of partners-api stands in."""

from cdp_common.db.columns import metadata_with_names

metadata = metadata_with_names()
