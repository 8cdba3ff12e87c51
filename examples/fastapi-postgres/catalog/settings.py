"""Settings, read from the environment. Every name has the prefix CATALOG_, for example CATALOG_DATABASE_URL."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """All that can be configured. The defaults reach services on the same machine and hold no credentials."""

    model_config = SettingsConfigDict(env_prefix="CATALOG_", frozen=True)

    host: str = "0.0.0.0"  # noqa: S104 - a container is reached from outside
    port: int = Field(default=8000, ge=1, le=65535)
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    database_url: SecretStr = SecretStr("postgresql://catalog@localhost:5432/catalog")
    database_pool_size: int = Field(default=5, ge=1, le=50)

    storage_endpoint: str = "localhost:9000"
    storage_bucket: str = "documents"
    storage_access_key: SecretStr = SecretStr("")
    storage_secret_key: SecretStr = SecretStr("")
    storage_secure: bool = False

    document_max_bytes: int = Field(default=10 * 1024 * 1024, ge=1)
    ready_timeout_seconds: float = Field(default=2.0, gt=0)
    shutdown_timeout_seconds: int = Field(default=10, ge=1)
