"""Runs a module with OpenTelemetry's instrumentation of the libraries that it uses: python3 -m traced MODULE [ARGUMENT...]"""

import runpy
import sys

from opentelemetry.instrumentation.auto_instrumentation import initialize

if __name__ == "__main__":
    initialize()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
