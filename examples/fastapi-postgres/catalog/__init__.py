"""Catalog: items in PostgreSQL, one document per item in S3-compatible storage."""

__version__ = "1.0.0"
