from uuid import uuid4

from fastapi.testclient import TestClient

from stores import MemoryDocuments, MemoryItems


def add(client: TestClient, name: str = "lamp", price: str = "19.90") -> str:
    return client.post("/items", json={"name": name, "price": price}).json()["id"]


def test_an_item_is_created_found_listed_and_removed(client: TestClient) -> None:
    created = client.post("/items", json={"name": "  lamp ", "price": "19.90"})
    assert created.status_code == 201
    item = created.json()
    assert (item["name"], item["price"]) == ("lamp", "19.90")
    assert created.headers["location"] == f"/items/{item['id']}"
    assert client.get(created.headers["location"]).json() == item
    assert client.get("/items").json() == [item]
    assert client.delete(f"/items/{item['id']}").status_code == 204
    assert client.get(f"/items/{item['id']}").status_code == 404
    assert client.delete(f"/items/{item['id']}").status_code == 404


def test_pages_follow_each_other(client: TestClient) -> None:
    ids = [add(client, name) for name in ("a", "b", "c")]
    first = client.get("/items", params={"limit": 2}).json()
    second = client.get("/items", params={"limit": 2, "after": first[-1]["id"]}).json()
    assert [item["id"] for item in first + second] == ids


def test_bad_items_are_refused(client: TestClient) -> None:
    for bad in ({"name": "", "price": "1"}, {"name": "x", "price": "-1"}, {"name": "x", "price": "1.999"}, {"name": "x", "price": "1", "more": 1}):
        assert client.post("/items", json=bad).status_code == 422, bad


def test_a_document_comes_back_as_it_was(client: TestClient) -> None:
    path = f"/items/{add(client)}/document"
    assert client.get(path).status_code == 404
    assert client.put(path, content=b"\x00manual", headers={"content-type": "application/pdf"}).status_code == 204
    answer = client.get(path)
    assert answer.content == b"\x00manual"
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_document_needs_an_item_and_has_a_limit(client: TestClient) -> None:
    assert client.put(f"/items/{uuid4()}/document", content=b"x").status_code == 404
    assert client.put(f"/items/{add(client)}/document", content=b"x" * 65).status_code == 413


def test_health_stays_up_while_the_stores_are_down(client: TestClient, items: MemoryItems, documents: MemoryDocuments) -> None:
    assert client.get("/ready").status_code == 200
    items.available = False
    ready = client.get("/ready")
    assert (ready.status_code, ready.json()) == (503, {"database": "unavailable", "storage": "ok"})
    items.available, documents.available = True, False
    assert client.get("/ready").json() == {"database": "ok", "storage": "unavailable"}
    assert client.get("/health").status_code == 200


def test_an_unavailable_store_is_503_without_details(client: TestClient, items: MemoryItems) -> None:
    items.available = False
    answer = client.get("/items")
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert "10.1.2.3" not in answer.text


def test_metrics_count_by_route_not_by_path(client: TestClient) -> None:
    item_id = add(client)
    client.get(f"/items/{item_id}")
    client.get("/nowhere")
    metrics = client.get("/metrics").text
    assert 'http_requests_total{method="GET",route="/items/{item_id}",status="200"} 1.0' in metrics
    assert 'http_requests_total{method="GET",route="unmatched",status="404"} 1.0' in metrics
    assert item_id not in metrics
