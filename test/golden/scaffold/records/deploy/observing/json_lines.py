"""Writes log records as JSON, one object per line: UTC time, level, logger, message, what the code added with extra=, traceback, and the trace."""

import json
import logging
from datetime import datetime, timezone

try:
    from opentelemetry import trace
except ImportError:
    trace = None

# What every record has, and what uvicorn adds for terminals.
ordinary = {*logging.makeLogRecord({}).__dict__, "message", "asctime", "color_message"}


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {name: value for name, value in record.__dict__.items() if name not in ordinary}
        line |= {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = record.stack_info
        span = trace.get_current_span().get_span_context() if trace else None
        if span and span.is_valid:
            line["trace_id"] = f"{span.trace_id:032x}"
        return json.dumps(line, default=str)
