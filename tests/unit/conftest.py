"""Unit tests are pure: whoever opens a network connection here fails."""

from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """Refuse sockets but the local pair by which an event loop wakes itself."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
