"""How is a campaign opened?  Its ledger, held against any other run, and what the ledger knows from before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta

from campaign_runner.app.process.state_folder import notice, refuse_other
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps import newest
from campaign_runner.ledger import Ledger, adoption, campaigns, open_ledger
from campaign_runner.ledger.ledger_files import is_writable
from campaign_runner.ledger.opening import look_into
from campaign_runner.ledger.overlaps import Watch
from campaign_runner.ledger.requests import last_attempt
from campaign_runner.model.errors import UsageError
from campaign_runner.model.log import log_context
from campaign_runner.settings import Settings


@dataclass(frozen=True)
class CampaignSession:
    """A campaign in its ledger: `key` is its row there, `since` the newest request when it was opened (None: this
    call makes none)."""

    runtime: Runtime
    ledger: Ledger
    key: int
    since: int | None = None


@contextmanager
def open_campaign(
    runtime: Runtime,
    *,
    register: bool = False,
    sending: bool = False,
    recovering: bool = False,
    looking: bool = False,
    beside: bool = False,
) -> Iterator[CampaignSession]:
    """The campaign of the settings, held by this process; `register` writes down a new one. With `sending` the ledger
    must be the newest one; `recovering` makes it so, and until then nobody sends. `looking` does with a ledger that
    cannot be written: it is not held then; nor is it `beside` a run, for what its own transaction decides.

    Raises CampaignHeld, StateError, UsageError for an unknown one, SettingsError for one of another account.
    """
    environment, order = runtime.settings.tango.environment, runtime.settings.order
    name = name_of(runtime)
    elsewhere = None if runtime.ledger_url else runtime.state_before
    if sending:
        refuse_other(runtime.state, elsewhere, environment, order.campaign_id)
    runtime.notices.extend(filter(None, [notice(runtime.state, elsewhere, environment, order.campaign_id)]))
    with _ledger(runtime, name, looking=looking, beside=beside) as ledger:
        if register:
            number = register_campaign(runtime, ledger, recovering=recovering)
        else:
            number = _found(runtime, ledger)
            with ledger.read() as connection:
                runtime = replace(runtime, settings=_bound(runtime.settings, campaigns.binding(connection, number)))
        if sending:
            newest.refuse_older(ledger, name, number, since(runtime))
        elif not recovering:
            tell_older(runtime, ledger)
        with ledger.read() as connection:
            last = last_attempt(connection)
        with log_context(campaign=order.campaign_id):
            yield CampaignSession(runtime, ledger, number, last)


@contextmanager
def _ledger(runtime: Runtime, name: str, *, looking: bool, beside: bool) -> Iterator[Ledger]:
    """The ledger, with the campaign held unless `beside`; or, of one that cannot be written, what lies there."""
    if looking and not runtime.ledger_url and not is_writable(runtime.state):
        with look_into(runtime.state) as ledger:
            yield ledger
        return
    with (
        open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger,
        nullcontext() if beside else ledger.hold(name),
    ):
        yield ledger


def name_of(runtime: Runtime) -> str:
    """What a campaign is held and noted under: `environment-id`."""
    return f"{runtime.settings.tango.environment}-{runtime.settings.campaign.id}"


def tell_older(runtime: Runtime, ledger: Ledger) -> None:
    """Note why this is not the newest ledger of the campaign, for commands that send nothing: they make it none."""
    lacking = newest.older(ledger, name_of(runtime))
    ledger.is_older = bool(lacking)
    runtime.notices.extend(filter(None, [lacking]))


def register_campaign(runtime: Runtime, ledger: Ledger, *, recovering: bool = False) -> int:
    """The campaign's number, written down where it is new; nothing is held."""
    with ledger.write("register a campaign", durable=recovering) as connection:
        number = campaigns.register(
            connection, runtime.settings.tango.environment, runtime.settings.order, runtime.at()
        )
        if recovering:
            adoption.set_recovering(connection, number, adoption.recovering(connection, number) or runtime.at())
    return number


def _found(runtime: Runtime, ledger: Ledger) -> int:
    """The campaign's number; raises UsageError that says which ledger does not know it."""
    try:
        with ledger.read() as connection:
            return campaigns.find(connection, runtime.settings.tango.environment, runtime.settings.campaign.id)
    except UsageError as unknown:
        first = (
            " `check` stores nothing: run `campaign-runner plan FILE` first." if "none yet" in str(unknown) else ""
        )
        raise UsageError(f"{unknown} The state folder is {runtime.state}.{first}") from None


def _bound(settings: Settings, binding: Mapping[str, str]) -> Settings:
    """A campaign that exists goes on with the customer, account and endpoint that it was begun with."""
    return settings.model_copy(update={"tango": settings.tango.model_copy(update=dict(binding))})


def since(runtime: Runtime) -> str:
    """From when on what other campaigns sent counts; planned lines always count."""
    window = timedelta(days=runtime.settings.identity.duplicate_window_days)
    return (runtime.clock.now() - window).isoformat()


def watch(runtime: Runtime, campaign_key: int) -> Watch | None:
    """What looks at each order before it is sent, where the settings have campaigns compared."""
    compared = runtime.settings.identity.duplicate_window_days
    return Watch(campaign_key, runtime.settings.tango.environment, since(runtime)) if compared else None
