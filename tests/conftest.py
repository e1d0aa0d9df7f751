"""What every test may use."""

pytest_plugins = ["cdp_common.testing.plugin"]
