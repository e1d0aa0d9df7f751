"""Checks that `make check` runs, one module each: `python -m cdp_tools.checks.<name>`."""
