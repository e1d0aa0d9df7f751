"""Unit tests reach no network, whatever they try."""

import socket

import pytest


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_socket_to_a_network_is_refused(family: socket.AddressFamily):
    # It warns before it raises, and a warning is an error.
    with pytest.raises(UserWarning, match="tried to use socket"):
        socket.socket(family)
