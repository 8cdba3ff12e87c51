"""Runs an image as a pod, uses it as its callers do, and prints as JSON what was seen of it in the database, the store, the log, the metrics and the traces."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

sys.path.append("/image/app/site-packages")

import asyncpg
import boto3
from botocore.config import Config
from prometheus_client.parser import text_string_to_metric_families

pod_file = "/test/pod.json"
with open(pod_file, encoding="utf-8") as file:
    pod = json.load(file)
os.environ.update(pod["identity"])
here = f"http://127.0.0.1:{pod['port']}"
lines: list[str] = []


def ask(path: str, body: object = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    request = urllib.request.Request(
        here + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json", **(headers or {})},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def start() -> subprocess.Popen[str]:
    started = subprocess.Popen(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "python3", "/test/confined.py", pod_file],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    threading.Thread(target=lambda: lines.extend(started.stdout), daemon=True).start()
    return started


def until(what, seconds: int):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = what()
        except OSError:
            found = None
        if found:
            return found
        time.sleep(0.2)
    return None


def process_of(started: subprocess.Popen[str]) -> int:
    with open(f"/proc/{started.pid}/task/{started.pid}/children", encoding="utf-8") as children:
        return int(children.read().split()[0])


def status_of(process: int) -> dict[str, str]:
    with open(f"/proc/{process}/status", encoding="utf-8") as status:
        fields = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
    return {name: fields[name] for name in ["Uid", "Gid", "CapEff", "CapBnd", "NoNewPrivs"]}


async def in_database() -> dict[str, object]:
    # Asks as the application's own user, who sees its own connections.
    connection = await asyncpg.connect(pod["database"])
    rows = await connection.fetch("SELECT id, item FROM orders")
    connections = await connection.fetch(
        "SELECT s.ssl, s.version FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)"
        " WHERE a.usename = current_user AND a.pid <> pg_backend_pid()"
    )
    version = await connection.fetchval("SHOW server_version")
    await connection.close()
    return {
        "version": version,
        "rows": [dict(row) for row in rows],
        "connections": [dict(connection) for connection in connections],
    }


def in_store(store) -> dict[str, str]:
    listed = store.list_objects_v2(Bucket=pod["bucket"]).get("Contents", [])
    return {
        found["Key"]: store.get_object(Bucket=pod["bucket"], Key=found["Key"])["Body"].read().decode()
        for found in listed
    }


def collected() -> str:
    with open("/collected/log", encoding="utf-8") as file:
        return file.read()


def series() -> list[dict[str, object]]:
    _, text = ask("/metrics")
    return [
        {"name": sample.name, "labels": sample.labels}
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    ]


def observe(started: subprocess.Popen[str], store) -> dict[str, object]:
    process = process_of(started)
    order = ask("/orders", {"item": "lamp"}, {"traceparent": f"00-{pod['trace']}-00f067aa0ba902b7-01"})
    wrong = ask("/orders/12345")
    seen = {
        "process": status_of(process),
        "order": order,
        "wrong": wrong,
        "database": asyncio.run(in_database()),
        "objects": in_store(store),
        "series": series(),
        "traced": until(lambda: pod["trace"] in collected(), 30) is not None,
    }
    os.kill(process, signal.SIGTERM)
    return {**seen, "collected": collected(), "exit": started.wait(30)}


def main() -> dict[str, object]:
    store = boto3.client("s3", config=Config(s3={"addressing_style": "path"})) if pod["bucket"] else None
    if store is not None:
        store.create_bucket(Bucket=pod["bucket"])
    started = start()
    ready = until(lambda: started.poll() is not None or ask(pod["ready"])[0] == 200, 60)
    seen = observe(started, store) if ready and started.poll() is None else {"exit": started.poll()}
    return {"lines": lines, **seen}


print(json.dumps(main()))
