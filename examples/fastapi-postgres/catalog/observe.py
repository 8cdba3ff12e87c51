"""Metrics and the access log, as one ASGI middleware."""

import logging
import time

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, PlatformCollector, ProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("catalog.access")


class Metrics:
    """The metrics of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.requests = Counter("http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry)
        self.duration = Histogram("http_request_duration_seconds", "Time to answer a request.", ["method", "route"], registry=self.registry)


class Observe:
    """Counts, times and logs each request under its route, not its path: a path would give one time series per item."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            seconds = time.perf_counter() - started
            method = scope["method"]
            route = getattr(scope.get("route"), "path", "unmatched")
            self._metrics.requests.labels(method, route, str(status)).inc()
            self._metrics.duration.labels(method, route).observe(seconds)
            # Probes and scrapes come every few seconds and say nothing while they succeed.
            level = logging.DEBUG if route in {"/health", "/ready", "/metrics"} and status < 400 else logging.INFO
            log.log(level, "request", extra={"method": method, "route": route, "status": status, "milliseconds": round(seconds * 1000, 1)})
