"""Serves the catalog until SIGTERM or SIGINT; open requests are finished first."""

import signal
import sys

import uvicorn
from pydantic import ValidationError

from .api import build
from .logs import configure_logs
from .settings import Settings


def main() -> int:
    try:
        settings = Settings()
    except ValidationError as error:
        # The values stay out of it: one of them may be a password.
        for problem in error.errors(include_input=False, include_url=False):
            print(f"CATALOG_{str(problem['loc'][0]).upper()}: {problem['msg']}", file=sys.stderr)
        return 2
    configure_logs(settings.log_level)
    # uvicorn raises the signal again when it has shut down; a finished shutdown is a success, not a death by signal.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    server = uvicorn.Server(
        uvicorn.Config(
            build(settings),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=settings.shutdown_timeout_seconds,
        )
    )
    server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
