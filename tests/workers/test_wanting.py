"""Two workers that begin at once want the same work: neither of them stumbles."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from campaign_runner.app.jobs import PERIODIC
from campaign_runner.ledger import jobs, open_ledger


def test_the_same_work_is_wanted_by_many_at_once_and_is_one_job(server, tmp_path):
    ledger, gate = open_ledger(tmp_path, server.database()), Barrier(4)

    def want(_: int) -> None:
        with ledger.write("want") as connection:
            gate.wait()
            for kind in PERIODIC:
                jobs.want(connection, kind, "", "now")

    with ledger, ThreadPoolExecutor(4) as pool:
        list(pool.map(want, range(4)))
        with ledger.read() as connection:
            assert all(jobs.is_wanted(connection, kind, "") for kind in PERIODIC)
