"""Who must act?  A broken world is an exception, named after the person who can fix it; bad data is a `Problem`.

    CampaignRunnerError
    ├── UsageError          2  the caller: command, option, campaign name
    │   ├── NotFound        2  the caller: there is nothing of that name, or it is not theirs to see
    │   ├── Forbidden       2  an administrator: the caller lacks a role
    │   ├── Conflict        2  the caller: it is not as they believed, look again
    │   ├── SettingsError   2  who maintains campaign.toml or the environment
    │   ├── NotNewest       2  who maintains the state folder: the ledger is older than what was sent
    │   └── StateError      2  who maintains the state folder: ledger unreadable, disk full
    │       ├── LedgerLost  5  who maintains the ledger: it went away while orders were placed
    │       └── ReportsUnwritten 2, or 8 once something was sent: who maintains the report folder
    ├── FileUnusable        3  who made the spreadsheet
    ├── RefusedBeforeSending 4 who answers for limits, funds, approval
    │   └── NeedsApproval   4  who may approve: the same file can be sent afterwards
    ├── TangoStopped        6  who maintains the Tango account: credentials, frozen account, outage
    │   └── Halted          6  who answers for the file: too many of its lines failed
    ├── CampaignHeld        7  nobody: another run is at work, wait for it
    │   ├── ClaimLost       7  nobody: another run took over from this one, which was stopped or cut off
    │   └── OrderMoved      7  nobody: another run took over in the middle
    └── Interrupted       130  the caller: run again

Every message says where, what, and what to do next.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells the shell; a promise to scripts (README, "Exit codes")."""

    DONE = 0
    NEEDS_ACTION = 1
    USAGE = 2
    FILE_UNUSABLE = 3
    REFUSED = 4
    NOT_FINISHED = 5
    STOPPED = 6
    CAMPAIGN_HELD = 7
    REPORTS_MISSING = 8
    FAULT = 70
    INTERRUPTED = 130


# What each code means: for `--quiet`, which says nothing else, and for the README.
MEANING: dict[ExitCode, str] = {
    ExitCode.DONE: "done: every row was placed and completed (`check`, `plan`: every row is valid)",
    ExitCode.NEEDS_ACTION: "done, but some rows were rejected, held or failed: see the failures report",
    ExitCode.USAGE: "wrong usage or settings",
    ExitCode.FILE_UNUSABLE: "the file cannot be used as a whole; nothing was sent",
    ExitCode.REFUSED: "refused before sending: funds, limits, control totals, a missing approval, account not active",
    ExitCode.NOT_FINISHED: "not finished: some lines are still unsent, pending or unknown; run again, or `track` later",
    ExitCode.STOPPED: "stopped: by Tango (credentials, frozen account, failing service), or because too many lines failed; "
    "fix the cause, then run again",
    ExitCode.CAMPAIGN_HELD: "another run is using this campaign; run again once it has ended",
    ExitCode.REPORTS_MISSING: "sent, but reports could not be written; `reports CAMPAIGN` writes them; nothing is lost",
    ExitCode.FAULT: "a fault in the program; nothing is lost; report it, and run again",
    ExitCode.INTERRUPTED: "interrupted; run again",
}


class CampaignRunnerError(Exception):
    """The base of all errors that a user may see; `exit_code` is what the command returns."""

    exit_code = ExitCode.USAGE


class UsageError(CampaignRunnerError):
    """The command was called with something that does not exist or does not fit."""


class NotFound(UsageError):
    """There is no such thing, or not for this caller."""


class Forbidden(UsageError):
    """The caller may not do this; it is recorded."""


class Conflict(UsageError):
    """What the caller refers to has changed meanwhile, or is taken."""


class SettingsError(UsageError):
    """campaign.toml, the environment or the rule book says something that cannot be."""


class StateError(UsageError):
    """The state folder or the ledger cannot be read or written."""


class LedgerLost(StateError):
    """The ledger could not be read or written while orders were placed or followed; run again to go on."""

    exit_code = ExitCode.NOT_FINISHED


class ReportsUnwritten(StateError):
    """A report could not be written."""


class ReportsMissing(ReportsUnwritten):
    """Orders were placed or followed as asked, but the reports could not be written; nothing is lost."""

    exit_code = ExitCode.REPORTS_MISSING


class NotNewest(UsageError):
    """The ledger lacks orders that were sent, or a recovery did not finish; nothing is sent with it."""


class FileUnusable(CampaignRunnerError):
    """The spreadsheet cannot be used as a whole; nothing was sent."""

    exit_code = ExitCode.FILE_UNUSABLE


class RefusedBeforeSending(CampaignRunnerError):
    """A limit, a control total, funds or a missing approval forbids this plan; nothing was sent."""

    exit_code = ExitCode.REFUSED


class NeedsApproval(RefusedBeforeSending):
    """Somebody has to approve this plan first; nothing was sent."""


class TangoStopped(CampaignRunnerError):
    """Tango refuses the whole run for now; what was not placed stays unsent."""

    exit_code = ExitCode.STOPPED


class Halted(TangoStopped):
    """Too many lines failed at Tango; what was not placed stays unsent until a person has looked."""


class CampaignHeld(CampaignRunnerError):
    """Another run holds this campaign."""

    exit_code = ExitCode.CAMPAIGN_HELD


class ClaimLost(CampaignHeld):
    """This run's lease on its campaign ran out, and another run may have taken over: it does nothing more."""


class OrderMoved(CampaignHeld, RuntimeError):
    """Another run moved an order that this one was working on: the database had released this run's lock."""


class Interrupted(CampaignRunnerError):
    """A person or the system asked the run to end; run again to go on."""

    exit_code = ExitCode.INTERRUPTED
