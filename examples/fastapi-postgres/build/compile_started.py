"""Compiles the modules that the service loads when it starts, and only these.

Compiling all dependencies would add ten megabytes to the image, of which a start reads a third; compiling nothing costs a second at each
start, because the image's file system is read-only. The compiled files are not checked against their sources: an image never changes.
"""

import py_compile
import sys
from pathlib import Path

import uvicorn

from catalog import __main__ as service
from catalog import healthcheck
from catalog.settings import Settings


def main() -> None:
    uvicorn.Config(service.build(Settings()), log_config=None).load()
    roots = [Path(service.__file__).parents[1], Path(uvicorn.__file__).parents[1]]
    for file in {Path(module.__file__) for module in (*sys.modules.values(), healthcheck) if getattr(module, "__file__", None)}:
        if file.suffix == ".py" and any(file.is_relative_to(root) for root in roots):
            py_compile.compile(str(file), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)


if __name__ == "__main__":
    main()
