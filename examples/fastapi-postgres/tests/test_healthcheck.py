import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from catalog import healthcheck


def serve(status: int) -> HTTPServer:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.handle_request, daemon=True).start()
    return server


@pytest.mark.parametrize(("status", "code"), [(200, 0), (500, 1)])
def test_the_answer_decides(status: int, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(status)
    monkeypatch.setenv("CATALOG_PORT", str(server.server_port))
    assert healthcheck.main() == code
    server.server_close()


def test_no_answer_is_unhealthy(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("CATALOG_PORT", str(unused.getsockname()[1]))
        assert healthcheck.main() == 1
