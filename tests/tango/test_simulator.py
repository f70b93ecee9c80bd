"""The stand-in as a server: pacing, memory, knobs, faults, and two processes on one file."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from campaign_runner.simulator import ACCOUNTS, FAULTS, MAGIC, Fault, FaultsUnreadable, Simulator, read_faults, serve
from campaign_runner.simulator.answer import Request
from tests.tango.conftest import HandClock, body, line

HEADERS = {"content-type": "application/json", "authorization": "Basic YTpi"}


def ask(simulator: Simulator, method: str, target: str, content: bytes = b"", **headers: str):
    found = simulator.handle(Request(method, target, HEADERS | headers, content))
    return found.status, json.loads(found.body())


def get(simulator: Simulator, target: str):
    return ask(simulator, "GET", target)


def order_path(reference: str, query: str = "") -> str:
    return f"/asyncOrders/customers/acme-customer/accounts/acme-account/{reference}{query}"


def test_one_request_a_second_is_what_tango_allows(clock):
    simulator = Simulator(clock=clock, requests_per_second=1)
    assert get(simulator, "/catalogs")[0] == 200
    status, refusal = get(simulator, "/accounts/acme-account")
    assert (status, refusal["errors"][0]["i18nKey"]) == (429, "429.001")
    clock.sleep(1)
    assert get(simulator, "/catalogs")[0] == 200


def test_five_requests_a_second_may_come_at_once(clock):
    simulator = Simulator(clock=clock, requests_per_second=5)
    assert [get(simulator, "/catalogs")[0] for _ in range(6)] == [200] * 5 + [429]


def test_a_clock_set_back_does_not_lock_anybody_out(clock):
    simulator = Simulator(clock=clock, requests_per_second=1)
    get(simulator, "/catalogs")
    clock.sleep(-3600)
    assert get(simulator, "/catalogs")[0] == 200


def test_every_request_is_in_the_log_and_has_an_id(clock):
    simulator = Simulator(clock=clock, requests_per_second=1)
    request_ids = [
        simulator.handle(Request("GET", "/raas/v2/catalogs/", HEADERS)).headers["X-REQUEST-ID"] for _ in "12"
    ]
    assert request_ids == ["sim-00000001", "sim-00000002"]
    assert [(seen.method, seen.path, seen.status) for seen in simulator.requests] == [
        ("GET", "/catalogs", 200),
        ("GET", "/catalogs", 429),
    ]
    assert simulator.requests[0].at == clock.now().timestamp()


@pytest.mark.parametrize("header", ["", "Basic !", "Basic Og==", "Bearer stolen", "Basic d3Jvbmc6eA=="])
def test_without_credentials_nothing_is_told(header):
    assert ask(Simulator(), "GET", "/catalogs", authorization=header)[0] == 401


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("PUT", "/orders"), ("POST", "/accounts/acme-account")]
)
def test_what_is_not_there_is_404(method, path):
    assert ask(Simulator(), method, path)[0] == 404


@pytest.mark.parametrize(
    ("query", "status"), [("?maxResults=0", 400), ("?maxResults=501", 400), ("?nextCursor=!", 400)]
)
def test_pages_have_bounds(query, status):
    simulator = Simulator(requests_per_second=0)
    ask(simulator, "POST", "/asyncOrders", body("q4-1"))
    assert get(simulator, order_path("q4-1", query))[0] == status


def test_pages_are_of_a_hundred_lines_unless_asked_for_more():
    simulator = Simulator(requests_per_second=0)
    ask(simulator, "POST", "/asyncOrders", body("q4-1", *(line(f"L-{n}") for n in range(150))))
    _, first = get(simulator, order_path("q4-1"))
    _, second = get(simulator, order_path("q4-1", f"?nextCursor={first['pagination']['nextCursor']}"))
    assert (len(first["lineItems"]), len(second["lineItems"])) == (100, 50)
    assert (first["campaign"], second["pagination"]["nextPageAvailable"]) == ("Q4", False)


def test_funds_go_down_and_come_back_for_what_fails():
    simulator = Simulator(requests_per_second=0, polls_until_final=1)

    def balance():
        return get(simulator, "/accounts/sim-poor-1")[1]["currentBalance"]

    lines = (line("L-1"), line("L-2", email="sim-fails@example.com"))
    ask(simulator, "POST", "/asyncOrders", body("q4-1", *lines, account="sim-poor-1"))
    before = balance()
    get(simulator, order_path("q4-1").replace("acme-account", "sim-poor-1"))
    assert (before, balance()) == (50.0, 75.0)


def test_an_account_in_euros_is_charged_in_euros():
    simulator = Simulator(requests_per_second=0)
    ask(simulator, "POST", "/asyncOrders", body("q4-1", line("L-1", amount=108), account="sim-euro-1"))
    _, order = get(simulator, order_path("q4-1").replace("acme-account", "sim-euro-1"))
    assert order["lineItems"][0]["amountCharged"] == {
        "currencyCode": "EUR", "value": 100.0, "exchangeRate": 0.925926, "fee": 0.0, "shippingFee": 0.0, "total": 100.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("account", "status"),
    [("sim-inactive-1", 403), ("sim-missing-1", 404), ("sim-empty-1", 402), ("sim-frozen-1", 422)],
)
def test_accounts_that_may_not_be_charged(account, status):
    assert ask(Simulator(), "POST", "/asyncOrders", body("q4-1", account=account))[0] == status


def test_the_world_can_be_changed_from_outside():
    simulator = Simulator(requests_per_second=0)
    simulator.change(
        accounts={"acme-account": {"cents": 100, "status": "FROZEN"}}, rates={"CHF": "1.1"},
        rewards=[{"utid": "u561593", "active": False}, {"utid": "U7", "name": "New", "methods": ["EMAIL"]}],
        knobs={"requests_per_second": 1},
    )  # fmt: skip
    _, account = get(simulator, "/accounts/acme-account")
    assert (account["currentBalance"], account["status"]) == (1.0, "FROZEN")
    assert get(simulator, "/catalogs")[0] == 429


def test_the_world_can_be_changed_over_http():
    simulator = Simulator(requests_per_second=0)
    change = {"rewards": [{"utid": "U7", "name": "New", "low": 100, "high": 200}], "knobs": {"most_lines": 1}}
    assert ask(simulator, "POST", "/simulator/world", json.dumps(change).encode())[0] == 200
    assert ask(simulator, "POST", "/asyncOrders", body("q4-1", line("L-1"), line("L-2")))[0] == 413
    assert ask(simulator, "POST", "/asyncOrders", body("q4-2", line("L-1", utid="U7", amount=1.5)))[0] == 201


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("faults", b"{"), ("faults", b"{}"), ("faults", b'[{"kind": "boredom"}]'),
        ("faults", b'[{"kind": "500", "call": "x"}]'), ("faults", b'[{"sort": "500"}]'), ("world", b"[]"),
        ("world", b'{"accounts": {"a": {"odd": 1}}}'),
    ],
)  # fmt: skip
def test_a_change_that_makes_no_sense_is_refused_and_not_remembered(tmp_path, path, content):
    simulator = Simulator(tmp_path / "state.jsonl")
    assert ask(simulator, "POST", f"/simulator/{path}", content)[0] == 400
    simulator.close()
    assert get(Simulator(tmp_path / "state.jsonl"), "/catalogs")[0] == 200


def test_faults_set_over_http_count_from_then_on():
    simulator = Simulator(requests_per_second=0)
    get(simulator, "/catalogs")
    entries = [{"kind": "500", "call": "catalogue", "nth": 2}, {"kind": "402", "nth": 3, "times": 2}]
    ask(simulator, "POST", "/simulator/faults", json.dumps(entries).encode())
    assert [get(simulator, "/catalogs")[0] for _ in range(5)] == [200, 500, 402, 402, 200]


def test_the_faults_there_are_can_be_asked_for():
    assert get(Simulator(), "/simulator/faults")[1]["faults"].keys() == FAULTS.keys()


@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_strikes_once_and_leaves_the_world_working(kind):
    simulator = Simulator(requests_per_second=0, faults=[Fault(kind, seconds=0.01)])
    request = Request("POST", "/asyncOrders", HEADERS, body("q4-1"))
    if not simulator.turned_away(request):
        simulator.handle(request)
    assert len(list(simulator.orders())) == FAULTS[kind].served
    assert ask(simulator, "POST", "/asyncOrders", body("q4-2"))[0] == 201


def test_a_body_that_is_cut_off_unread_is_in_the_log(clock):
    simulator = Simulator(clock=clock, faults=[{"kind": "cut-reading", "call": "place", "nth": 2}])
    request = Request("POST", "/asyncOrders", HEADERS, body("q4-1"))
    assert not simulator.turned_away(request)
    simulator.handle(request)
    assert simulator.turned_away(request)
    assert [seen.status for seen in simulator.requests] == [201, 0]


def test_a_fault_during_a_refusal_changes_the_refusal():
    simulator = Simulator(faults=[{"kind": "html"}])
    found = simulator.handle(Request("POST", "/asyncOrders", HEADERS, b"{"))
    assert (found.status, found.body()[:6]) == (400, b"<html>")


def test_faults_are_read_from_a_file(tmp_path):
    (tmp_path / "faults.json").write_text('[{"kind": "lost-answer", "nth": 3}]')
    assert read_faults(tmp_path / "faults.json") == [Fault("lost-answer", nth=3)]
    assert read_faults(None) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{}", "not a list of faults"),
        ("[", "not a list of faults"),
        ('[{"kind": "rain"}]', '"rain" is not a fault. Known: cut-reading,'),
    ],
)
def test_a_file_without_faults_is_said_so(tmp_path, content, sentence):
    (tmp_path / "faults.json").write_text(content)
    with pytest.raises(FaultsUnreadable, match=sentence):
        read_faults(tmp_path / "faults.json")


def test_a_missing_file_of_faults_is_named(tmp_path):
    with pytest.raises(FaultsUnreadable, match=r"faults\.json: cannot be read"):
        read_faults(tmp_path / "faults.json")


def test_a_restarted_stand_in_remembers_everything(tmp_path):
    path = tmp_path / "sub" / "state.jsonl"
    first = Simulator(path, requests_per_second=0)
    first.change(accounts={"acme-account": {"cents": 10_000}})
    first.set_faults([{"kind": "500", "call": "place", "nth": 2}])
    ask(first, "POST", "/asyncOrders", body("q4-1", line("L-1", email="sim-fails@example.com")))
    get(first, order_path("q4-1"))
    first.close()
    second = Simulator(path, requests_per_second=0)
    assert get(second, "/accounts/acme-account")[1]["currentBalance"] == 75.0
    assert get(second, order_path("q4-1"))[1]["orderStatus"] == "FAILED"
    assert ask(second, "POST", "/asyncOrders", body("q4-1"))[0] == 500
    assert ask(second, "POST", "/asyncOrders", body("q4-1"))[0] == 200
    assert len(second.requests) == 6
    assert [order.posts for order in second.orders()] == [2]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_left_half_written_by_a_killed_process_is_cut_off(tmp_path):
    path = tmp_path / "state.jsonl"
    first = Simulator(path, requests_per_second=0)
    ask(first, "POST", "/asyncOrders", body("q4-1"))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:50])
    second = Simulator(path, requests_per_second=0)
    ask(second, "POST", "/asyncOrders", body("q4-2"))
    assert [order.reference for order in second.orders()] == ["q4-1", "q4-2"]
    assert [order.reference for order in Simulator(path).orders()] == ["q4-1", "q4-2"]


def test_two_stand_ins_on_one_file_agree(tmp_path):
    clock = HandClock()
    one, two = (Simulator(tmp_path / "state.jsonl", clock=clock, requests_per_second=1) for _ in range(2))
    assert ask(one, "POST", "/asyncOrders", body("q4-1"))[0] == 201
    assert get(two, "/catalogs")[0] == 429
    clock.sleep(1)
    assert ask(two, "POST", "/asyncOrders", body("q4-1"))[0] == 200
    assert [order.posts for order in one.orders()] == [2]


WORKER = """
import sys
from pathlib import Path
from campaign_runner.simulator import Simulator
from campaign_runner.simulator.answer import Request
from tests.tango.conftest import body
headers = {"content-type": "application/json", "authorization": "Basic YTpi"}
simulator = Simulator(Path(sys.argv[1]), requests_per_second=0)
for number in range(100):
    simulator.handle(Request("POST", "/asyncOrders", headers, body(f"q4-{number}")))
"""


def test_two_processes_on_one_file_place_each_order_once(tmp_path):
    path, root = tmp_path / "state.jsonl", Path(__file__).parents[2]
    command = [sys.executable, "-c", WORKER, str(path)]
    workers = [subprocess.Popen(command, cwd=root) for _ in range(2)]
    assert [worker.wait() for worker in workers] == [0, 0]
    orders = list(Simulator(path).orders())
    assert len(orders) == 100
    assert {order.posts for order in orders} == {2}
    assert [order.number for order in orders] == list(range(1, 101))


def test_the_prefix_may_be_left_out_and_connections_stay_open():
    with serve(Simulator(requests_per_second=0)) as url:
        host = url.removeprefix("http://").removesuffix("/raas/v2")
        connection = http.client.HTTPConnection(host)
        for path in ("/catalogs", "/raas/v2/catalogs"):
            connection.request("GET", path, headers={"Authorization": "Basic YTpi"})
            answer = connection.getresponse()
            assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
            answer.read()
        connection.close()


@pytest.mark.parametrize("length", ["99999999999", "many"])
def test_a_body_without_measure_is_refused(length):
    with serve(Simulator()) as url:
        connection = http.client.HTTPConnection(url.removeprefix("http://").removesuffix("/raas/v2"))
        connection.request("POST", "/asyncOrders", headers={"Content-Length": length})
        assert connection.getresponse().status == 413
        connection.close()


def test_a_client_that_hangs_up_while_sending_disturbs_nobody():
    simulator = Simulator(requests_per_second=0)
    with serve(simulator) as url:
        connection = http.client.HTTPConnection(url.removeprefix("http://").removesuffix("/raas/v2"))
        connection.putrequest("POST", "/asyncOrders")
        connection.putheader("Content-Length", "100")
        connection.endheaders(b"{")
        connection.close()
        assert httpx.get(f"{url}/catalogs", auth=("a", "b")).status_code == 200
    assert list(simulator.orders()) == []


def test_a_taken_port_is_an_error_of_the_system():
    with serve(Simulator()) as url, pytest.raises(OSError), serve(Simulator(), int(url.split(":")[2].split("/")[0])):
        pass


def test_magic_values_explain_themselves():
    assert all(about and token.startswith("sim-") for token, about in MAGIC.items())
    assert all(about for about, _ in ACCOUNTS.values())
    _, answer = ask(Simulator(), "POST", "/asyncOrders", body("q4-1", line("L-1"), line("L-2", message="SIM-422")))
    assert answer["errors"][0]["message"] == (
        'The test value "sim-422" asks the simulator for this: the whole order is refused, naming this line; the others '
        "have to go again without it."
    )


def placed_at(clock, *references, **knobs):
    simulator = Simulator(clock=clock, requests_per_second=0)
    simulator.change(knobs=knobs)
    for reference in references:
        ask(simulator, "POST", "/asyncOrders", body(reference))
    return simulator


def listed(simulator, query=""):
    orders = get(simulator, f"/asyncOrders?campaign=Q4{query}")[1]["orders"]
    return [(order["externalRefID"], order["orderStatus"]) for order in orders]


def test_orders_may_end_by_time_whoever_asks(clock):
    simulator = placed_at(clock, "q4-1", ends_after=600)
    words = [get(simulator, order_path("q4-1"))[1]["orderStatus"] for _ in range(5)]
    clock.sleep(600)
    assert (words, listed(simulator)) == (["PENDING"] * 5, [("q4-1", "COMPLETE")])


def test_a_list_may_show_how_it_was_a_minute_ago(clock):
    simulator = placed_at(clock, "q4-1", ends_after=600, list_lag=60)
    shown = [listed(simulator)]
    for seconds in (60, 560, 60):
        clock.sleep(seconds)
        shown.append(listed(simulator))
    assert shown == [[], [("q4-1", "PENDING")], [("q4-1", "PENDING")], [("q4-1", "COMPLETE")]]


def test_a_list_may_show_an_order_on_two_pages_and_have_no_end(clock):
    simulator = placed_at(clock, "q4-1", "q4-2", list_repeats=1, list_grows=1)
    pages, cursor = [], ""
    for _ in range(3):
        answer = get(simulator, f"/asyncOrders?maxResults=1&nextCursor={cursor}")[1]
        cursor = answer["pagination"]["nextCursor"]
        pages.append([order["externalRefID"] for order in answer["orders"]])
    assert pages == [["q4-1"], ["q4-1", "q4-2"], ["q4-2", "q4-2"]]
    assert cursor
