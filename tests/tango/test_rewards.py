"""What there is to buy, and with what."""

from __future__ import annotations

from decimal import Decimal

from campaign_runner.model.marketplace import Account, Reward
from tests.tango.conftest import answer, stub


def test_the_account_tells_its_balance_and_status(world):
    receipt, account = world(account="sim-poor-1").client.account()
    assert receipt.outcome == "accepted"
    assert account == Account("sim-poor-1", "Simulated account sim-poor-1", "USD", Decimal("100.0"), "ACTIVE")
    assert account.active


def test_a_frozen_account_is_not_active(world):
    _, account = world(account="sim-frozen-1").client.account()
    assert (account.status, account.active) == ("FROZEN", False)


def test_an_account_that_does_not_exist_stops_the_run(world):
    receipt, account = world(account="sim-missing-1").client.account()
    assert (receipt.outcome, account) == ("configuration", None)


def test_the_catalogue_tells_what_each_reward_allows(world):
    _, catalogue = world().client.catalogue()
    fixed, coffee = catalogue.rewards["U154092"], catalogue.rewards["U200401"]
    assert (fixed.fixed, fixed.face_value, fixed.active, fixed.currency) == (True, Decimal("10.0"), True, "USD")
    assert (coffee.smallest, coffee.largest, coffee.whole_amounts) == (Decimal("5.0"), Decimal("100.0"), True)
    assert catalogue.rewards["U200402"].max_quantity == 50
    assert catalogue.rewards["U200201"].methods == ("ADDRESS", "BULKSHIPMENT")
    assert not catalogue.rewards["U200404"].active


def test_a_reward_of_an_older_page_is_understood(desk_at):
    item = {
        "utid": "u1",
        "rewardName": "Card",
        "valueType": "FIXED",
        "faceValue": 5,
        "status": "active",
        "countries": "US",
    }
    with stub(answer(200, {"brands": [{"brandName": "B", "items": [item, "odd"]}]})) as server:
        _, catalogue = desk_at(server.url).client.catalogue()
    assert catalogue.rewards == {"U1": Reward("u1", "Card", "B", "", True, True, Decimal(5))}


def test_rates_convert_both_ways_and_only_where_known(world):
    _, rates = world().client.exchange_rates()
    assert rates.convert(Decimal(100), "EUR", "USD") == Decimal("108.00")
    assert rates.convert(Decimal(108), "USD", "EUR") == Decimal(100)
    assert rates.convert(Decimal(5), "CHF", "CHF") == 5
    assert rates.convert(Decimal(5), "CHF", "USD") is None


def test_what_is_not_understood_is_not_there(desk_at):
    with stub(answer(200, {"odd": 1})) as server:
        client = desk_at(server.url).client
        found = [client.account(), client.catalogue(), client.exchange_rates()]
    assert [(str(receipt.outcome), value) for receipt, value in found] == [("unknown", None)] * 3
