"""Documents in S3-compatible storage."""

import io
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import anyio.to_thread
import urllib3
from minio import Minio
from minio.error import MinioException, S3Error


@dataclass(frozen=True)
class Document:
    """A document and its media type."""

    content: bytes
    content_type: str


class StorageUnavailable(Exception):
    """The storage cannot be reached, or refuses us."""


class Documents(Protocol):
    """What the API needs of a store of documents."""

    async def put(self, item_id: UUID, document: Document) -> None: ...

    async def get(self, item_id: UUID) -> Document | None: ...

    async def remove(self, item_id: UUID) -> None: ...

    async def ping(self) -> None: ...


class S3Documents:
    """One object per item in one bucket. The client blocks, so each call runs in a thread."""

    def __init__(self, endpoint: str, bucket: str, access_key: str, secret_key: str, *, secure: bool) -> None:
        self._bucket = bucket
        self._client = Minio(
            endpoint,
            access_key=access_key or None,
            secret_key=secret_key or None,
            secure=secure,
            http_client=urllib3.PoolManager(timeout=urllib3.Timeout(connect=2, read=10), retries=urllib3.Retry(total=1, backoff_factor=0.1)),
        )

    async def put(self, item_id: UUID, document: Document) -> None:
        def store() -> None:
            self._client.put_object(self._bucket, str(item_id), io.BytesIO(document.content), len(document.content), document.content_type)

        await self._call(store)

    async def get(self, item_id: UUID) -> Document | None:
        def fetch() -> Document | None:
            try:
                response = self._client.get_object(self._bucket, str(item_id))
            except S3Error as error:
                if error.code == "NoSuchKey":
                    return None
                raise
            try:
                return Document(response.read(), response.headers.get("content-type", "application/octet-stream"))
            finally:
                response.close()
                response.release_conn()

        return await self._call(fetch)

    async def remove(self, item_id: UUID) -> None:
        await self._call(lambda: self._client.remove_object(self._bucket, str(item_id)))

    async def ping(self) -> None:
        if not await self._call(lambda: self._client.bucket_exists(self._bucket)):
            raise StorageUnavailable(f"bucket {self._bucket} does not exist")

    async def _call(self, blocking):
        try:
            return await anyio.to_thread.run_sync(blocking, abandon_on_cancel=True)
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            raise StorageUnavailable(str(error)) from error
