"""Stores in memory that behave as the real ones do, and can be switched off."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from catalog.documents import Document, StorageUnavailable
from catalog.items import Item, NewItem, StoreUnavailable


class MemoryItems:
    def __init__(self) -> None:
        self.available = True
        self._items: dict[UUID, Item] = {}

    def _check(self) -> None:
        if not self.available:
            raise StoreUnavailable("connection refused by 10.1.2.3 for user catalog")

    async def add(self, new: NewItem) -> Item:
        self._check()
        item = Item(id=uuid4(), created_at=datetime.now(UTC), **new.model_dump())
        self._items[item.id] = item
        return item

    async def get(self, item_id: UUID) -> Item | None:
        self._check()
        return self._items.get(item_id)

    async def page(self, limit: int, after: UUID | None) -> list[Item]:
        self._check()
        ids = list(self._items)
        start = ids.index(after) + 1 if after in ids else 0
        return [self._items[item_id] for item_id in ids[start : start + limit]]

    async def remove(self, item_id: UUID) -> bool:
        self._check()
        return self._items.pop(item_id, None) is not None

    async def ping(self) -> None:
        self._check()


class MemoryDocuments:
    def __init__(self) -> None:
        self.available = True
        self._documents: dict[UUID, Document] = {}

    def _check(self) -> None:
        if not self.available:
            raise StorageUnavailable("connection refused")

    async def put(self, item_id: UUID, document: Document) -> None:
        self._check()
        self._documents[item_id] = document

    async def get(self, item_id: UUID) -> Document | None:
        self._check()
        return self._documents.get(item_id)

    async def remove(self, item_id: UUID) -> None:
        self._check()
        self._documents.pop(item_id, None)

    async def ping(self) -> None:
        self._check()
