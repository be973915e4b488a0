"""A signed-in client over a desk of invented data."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from client import Client
from fake_desk import FakeDesk


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def stranger(desk: FakeDesk) -> Iterator[Client]:
    with Client(desk) as client:
        yield client


@pytest.fixture
def client(stranger: Client) -> Client:
    return stranger.sign_in()
