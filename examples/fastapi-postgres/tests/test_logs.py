import json
import logging
import sys

from catalog.logs import JsonFormatter


def test_a_record_is_one_line_of_json() -> None:
    record = logging.makeLogRecord({"name": "catalog", "levelname": "INFO", "msg": "two\nlines %s", "args": ("here",), "item": "42"})
    line = JsonFormatter().format(record)
    assert "\n" not in line
    entry = json.loads(line)
    assert (entry["message"], entry["level"], entry["item"]) == ("two\nlines here", "info", "42")
    assert entry["time"].endswith("Z")


def test_an_exception_is_inside_the_line() -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        line = JsonFormatter().format(logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()}))
    assert "ValueError: broken" in json.loads(line)["exception"]
