"""For every test: no network but this machine, and the event's clock."""

import ipaddress
import socket
from datetime import datetime

import pytest

from bot.settings import EVENT_ZONE


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """A connection to anywhere but this machine fails the test."""
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple):
            host = address[0]
            if host != "localhost" and not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
                pytest.fail(f"a test wanted to connect to {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def morning():
    """The second day of the forum, a quarter to nine."""
    return datetime(2025, 7, 11, 8, 45, tzinfo=EVENT_ZONE)
