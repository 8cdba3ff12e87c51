from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from catalog.api import create_app
from catalog.settings import Settings
from stores import MemoryDocuments, MemoryItems


@pytest.fixture
def items() -> MemoryItems:
    return MemoryItems()


@pytest.fixture
def documents() -> MemoryDocuments:
    return MemoryDocuments()


@pytest.fixture
def client(items: MemoryItems, documents: MemoryDocuments) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(document_max_bytes=64), items, documents)) as client:
        yield client
