"""Rehearse, then send: simulator, sandbox and production with one file, one state folder and one ledger."""

from __future__ import annotations

from campaign_runner.model.errors import ExitCode

ENVIRONMENTS = ("simulator", "sandbox", "production", "sandbox", "simulator")


def test_from_the_simulator_to_production_and_back(camp):
    """Each environment has its own Tango; here they share one, so each has an account of its own."""
    for number, environment in enumerate(ENVIRONMENTS):
        account = f"{environment}-account"
        result = camp.send(environment=environment, account=account)
        assert (environment, result.exit_code) == (environment, ExitCode.DONE)
        assert len(camp.sent()) == 45 * min(number + 1, 3)
    camp.people(46)
    camp.send(environment="production", account="production-account")
    assert len(camp.sent()) == 45 * 3 + 1


def test_a_rehearsal_rewards_nobody(camp):
    """The same people, in another campaign, after a rehearsal of this one: production knows nothing of it."""
    camp.people(5)
    camp.send()
    camp.values["campaign"] = {"id": "q5", "name": "Q5"}
    result = camp.send(environment="production", account="production-account")
    assert result.exit_code is ExitCode.DONE
    assert result.books.rows["held"] == 0


def test_a_ledger_lost_in_production_is_missed_there_alone(camp):
    camp.people(5)
    camp.send()
    camp.back_up()
    camp.send(environment="production", account="production-account")
    camp.put_back(only="ledger.sqlite*")
    camp.people(6)
    camp.refused("recover FILE", environment="production", account="production-account")
    assert camp.send().exit_code is ExitCode.DONE
