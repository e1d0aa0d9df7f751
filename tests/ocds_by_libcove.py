"""Checking packages with libcoveocds, the review library of the Open Contracting Partnership.

It is AGPL: the project neither imports nor installs it. Whoever has it in an environment of its own names its
command in CDP_LIBCOVEOCDS. It takes the standard from the folder of schemas, and the extensions from a server
that gives their local copies. Records are not asked about: their schema refers to one that it would fetch.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

Json = dict[str, Any]

EXTENSIONS = {
    "eu": "eu_profile/profile",
    "ocds_metrics_extension": "ext/ocds_metrics_extension",
    "ocds_bid_extension": "ext/ocds_bid_extension",
    "ocds_uk_extension": "ext/ocds_uk_extension",
    "social-value": "",
}
TOOL_SECONDS = 120


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class gives it
        """Say nothing."""


def review(tool: str, package: Mapping[str, Any], schemas: Path, own_extension: Path, folder: Path) -> Json:
    """What libcoveocds finds: the extensions that packages name are served from their local copies."""
    for name, part in EXTENSIONS.items():
        shutil.copytree(schemas / part if part else own_extension, folder / name, symlinks=False)
        (folder / name).chmod(0o755)
    [standard] = schemas.glob("ocds-standard-*.zip")
    with _served(folder) as base:
        named = [f"{base}/{name}/extension.json" for name in EXTENSIONS]
        file = folder / "package.json"
        file.write_text(json.dumps({**package, "extensions": named}), encoding="utf-8")
        options = ["--standard-zip", str(standard), "--exclude-file", "--output-dir", f"{folder}/out"]
        ran = subprocess.run(
            [tool, *options, str(file)],
            capture_output=True,
            text=True,
            timeout=TOOL_SECONDS,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: Json = json.loads(ran.stdout)
    return found


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
