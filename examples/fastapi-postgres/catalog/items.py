"""Items in PostgreSQL."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from importlib import resources
from typing import Annotated, Protocol
from uuid import UUID, uuid4

import asyncpg
from pydantic import BaseModel, ConfigDict, Field

log = logging.getLogger(__name__)

# Any constant that is used for nothing else: it keeps two starting processes from migrating at once.
_MIGRATION_LOCK = 7_202_611


class NewItem(BaseModel):
    """What a client gives to create an item."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1, max_length=200)]
    price: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class Item(NewItem):
    """An item as it is stored."""

    id: UUID
    created_at: datetime


class StoreUnavailable(Exception):
    """The database cannot be reached at present."""


class Items(Protocol):
    """What the API needs of a store of items."""

    async def add(self, new: NewItem) -> Item: ...

    async def get(self, item_id: UUID) -> Item | None: ...

    async def page(self, limit: int, after: UUID | None) -> list[Item]: ...

    async def remove(self, item_id: UUID) -> bool: ...

    async def ping(self) -> None: ...


class PostgresItems:
    """Items in PostgreSQL. It connects in the background, so that the process starts, and says so, while the database is away."""

    def __init__(self, url: str, pool_size: int) -> None:
        self._url = url
        self._pool_size = pool_size
        self._pool: asyncpg.Pool | None = None

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Keeps the connection for the length of the context."""
        connecting = asyncio.create_task(self._connect())
        try:
            yield
        finally:
            connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await connecting
            if self._pool is not None:
                await self._pool.close()

    async def _connect(self) -> None:
        delay = 0.5
        while True:
            try:
                pool = await asyncpg.create_pool(self._url, min_size=1, max_size=self._pool_size, timeout=5, command_timeout=10)
                try:
                    await _migrate(pool)
                except BaseException:
                    pool.terminate()
                    raise
            except (OSError, TimeoutError, asyncpg.PostgresError) as error:
                log.warning("database is not available yet", extra={"error": str(error), "retry_seconds": delay})
                await asyncio.sleep(delay)
                delay = min(delay * 2, 15)
            else:
                self._pool = pool
                log.info("database connected")
                return

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        if self._pool is None:
            raise StoreUnavailable("not connected yet")
        try:
            async with self._pool.acquire(timeout=5) as connection:
                yield connection
        except (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError, asyncpg.InterfaceError) as error:
            raise StoreUnavailable(str(error)) from error

    async def add(self, new: NewItem) -> Item:
        async with self._connection() as connection:
            row = await connection.fetchrow(
                "INSERT INTO item (id, name, price) VALUES ($1, $2, $3) RETURNING id, name, price, created_at",
                uuid4(),
                new.name,
                new.price,
            )
        return Item(**dict(row))

    async def get(self, item_id: UUID) -> Item | None:
        async with self._connection() as connection:
            row = await connection.fetchrow("SELECT id, name, price, created_at FROM item WHERE id = $1", item_id)
        return None if row is None else Item(**dict(row))

    async def page(self, limit: int, after: UUID | None) -> list[Item]:
        async with self._connection() as connection:
            rows = await connection.fetch(
                """
                SELECT id, name, price, created_at FROM item
                WHERE $2::uuid IS NULL OR (created_at, id) > (SELECT created_at, id FROM item WHERE id = $2)
                ORDER BY created_at, id LIMIT $1
                """,
                limit,
                after,
            )
        return [Item(**dict(row)) for row in rows]

    async def remove(self, item_id: UUID) -> bool:
        async with self._connection() as connection:
            return await connection.execute("DELETE FROM item WHERE id = $1", item_id) == "DELETE 1"

    async def ping(self) -> None:
        async with self._connection() as connection:
            await connection.execute("SELECT 1")


async def _migrate(pool: asyncpg.Pool) -> None:
    """Applies the SQL files that this database has not seen, in the order of their names, each in a transaction."""
    files = sorted(file for file in resources.files("catalog.migrations").iterdir() if file.name.endswith(".sql"))
    async with pool.acquire() as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
        try:
            await connection.execute("CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())")
            applied = {row["name"] for row in await connection.fetch("SELECT name FROM migration")}
            for file in files:
                if file.name in applied:
                    continue
                async with connection.transaction():
                    await connection.execute(file.read_text(encoding="utf-8"))
                    await connection.execute("INSERT INTO migration (name) VALUES ($1)", file.name)
                log.info("migration applied", extra={"migration": file.name})
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", _MIGRATION_LOCK)
