"""The image's health check: exits 0 if the URL in its argument answers 200 within two seconds, or if tcp://HOST:PORT takes a connection. Needs no shell and no package."""

import socket
import sys
import urllib.error
import urllib.parse
import urllib.request


def main() -> int:
    try:
        address = urllib.parse.urlsplit(sys.argv[1])
        if address.scheme == "tcp":
            socket.create_connection((address.hostname, address.port), timeout=2).close()
            return 0
        # An empty proxy handler: a proxy from the environment must not answer for the application.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(sys.argv[1], timeout=2) as response:
            status = response.status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError as error:
        print(f"no answer: {error}", file=sys.stderr)
        return 1
    if status != 200:
        print(f"answered {status}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
