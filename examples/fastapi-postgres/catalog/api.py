"""The HTTP interface."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, HTTPException, Query, Request, Response, status
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from . import __version__
from .documents import Document, Documents, S3Documents, StorageUnavailable
from .items import Item, Items, NewItem, PostgresItems, StoreUnavailable
from .observe import Metrics, Observe
from .settings import Settings

log = logging.getLogger(__name__)


def build(settings: Settings) -> FastAPI:
    """The application with its real stores."""
    items = PostgresItems(settings.database_url.get_secret_value(), settings.database_pool_size)
    documents = S3Documents(
        settings.storage_endpoint,
        settings.storage_bucket,
        settings.storage_access_key.get_secret_value(),
        settings.storage_secret_key.get_secret_value(),
        secure=settings.storage_secure,
    )
    return create_app(settings, items, documents, background=items.connected())


def create_app(
    settings: Settings,
    items: Items,
    documents: Documents,
    background: contextlib.AbstractAsyncContextManager[None] | None = None,
) -> FastAPI:
    """The application over any stores; `background` lives as long as it serves."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with background or contextlib.nullcontext():
            yield

    app = FastAPI(title="Catalog", version=__version__, lifespan=lifespan)
    metrics = Metrics()
    app.add_middleware(Observe, metrics=metrics)

    @app.exception_handler(StoreUnavailable)
    @app.exception_handler(StorageUnavailable)
    async def unavailable(_: Request, error: Exception) -> JSONResponse:
        # Why it is away is for the log: an address or an account is nothing for a client.
        log.warning("a store is not available", extra={"error": str(error)})
        return JSONResponse({"detail": "temporarily unavailable"}, status.HTTP_503_SERVICE_UNAVAILABLE, {"Retry-After": "5"})

    async def item_or_404(item_id: UUID) -> Item:
        item = await items.get(item_id)
        if item is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "no such item")
        return item

    @app.get("/health", tags=["operation"])
    async def health() -> dict[str, str]:
        """The process serves. It says nothing of the database: a restart would not bring that back."""
        return {"status": "ok", "version": __version__}

    @app.get("/ready", tags=["operation"])
    async def ready(response: Response) -> dict[str, str]:
        """Database and storage can be reached; 503 while one of them cannot."""
        database, storage = await asyncio.gather(
            _reachable("database", items.ping(), settings.ready_timeout_seconds),
            _reachable("storage", documents.ping(), settings.ready_timeout_seconds),
        )
        if not (database and storage):
            response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        return {"database": "ok" if database else "unavailable", "storage": "ok" if storage else "unavailable"}

    @app.get("/metrics", tags=["operation"], include_in_schema=False)
    async def prometheus() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.post("/items", status_code=status.HTTP_201_CREATED, tags=["items"])
    async def add_item(new: NewItem, response: Response) -> Item:
        item = await items.add(new)
        response.headers["Location"] = f"/items/{item.id}"
        return item

    @app.get("/items", tags=["items"])
    async def list_items(limit: Annotated[int, Query(ge=1, le=100)] = 50, after: UUID | None = None) -> list[Item]:
        """Items by age, oldest first; `after` is the last id of the page before."""
        return await items.page(limit, after)

    @app.get("/items/{item_id}", tags=["items"])
    async def get_item(item_id: UUID) -> Item:
        return await item_or_404(item_id)

    @app.delete("/items/{item_id}", status_code=status.HTTP_204_NO_CONTENT, tags=["items"])
    async def remove_item(item_id: UUID) -> None:
        # The document goes first: an item without one can be removed again, a document without an item is never found.
        await documents.remove(item_id)
        if not await items.remove(item_id):
            raise HTTPException(status.HTTP_404_NOT_FOUND, "no such item")

    @app.put("/items/{item_id}/document", status_code=status.HTTP_204_NO_CONTENT, tags=["documents"])
    async def put_document(item_id: UUID, request: Request) -> None:
        await item_or_404(item_id)
        content = await _body(request, settings.document_max_bytes)
        await documents.put(item_id, Document(content, request.headers.get("content-type", "application/octet-stream")))

    @app.get("/items/{item_id}/document", tags=["documents"], response_class=Response)
    async def get_document(item_id: UUID) -> Response:
        document = await documents.get(item_id)
        if document is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "no such document")
        # A document comes from a user: a browser must neither guess its type nor show it as a page of ours.
        headers = {
            "Content-Type": document.content_type,
            "Content-Disposition": f'attachment; filename="{item_id}"',
            "X-Content-Type-Options": "nosniff",
        }
        return Response(document.content, headers=headers)

    return app


async def _reachable(name: str, ping: Awaitable[None], timeout: float) -> bool:
    try:
        await asyncio.wait_for(ping, timeout)
    except (StoreUnavailable, StorageUnavailable, TimeoutError) as error:
        log.warning("not ready", extra={"store": name, "error": str(error) or "timed out"})
        return False
    return True


async def _body(request: Request, limit: int) -> bytes:
    """The body, read piece by piece: a length that a client announces is no proof of what follows."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > limit:
            raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, f"a document may have {limit} bytes at most")
    return bytes(content)
