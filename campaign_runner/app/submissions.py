"""How does a file come in?  By every door as a submission: its bytes, who, how it is to be read.  A job checks it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import campaigns, jobs, submissions
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.actor import Actor
from campaign_runner.model.choices import HiddenRows

if TYPE_CHECKING:
    from campaign_runner.app.session import CampaignSession
    from campaign_runner.app.steps.draft import ReadOptions
    from campaign_runner.app.views.uploads import LoadedUpload


def submit_file(
    workspace: Workspace, campaign_key: int, path: Path, name: str, actor: Actor, channel: str, *,
    options: Mapping[str, Any] | None = None, corrects: int = 0,
) -> Submission:  # fmt: skip
    """Take a file in; it is checked by a job. `options`: sheet, hidden, columns."""
    with workspace.ledger(actor).write("submit a file", durable=True) as connection:
        chosen = dict(options or {})
        if defaults := submissions.remembered_defaults(connection, campaign_key):
            chosen.setdefault("defaults", defaults)
        if not chosen.get("columns"):
            chosen["remembered"] = submissions.remembered_columns(connection, campaign_key, actor)
        made = submissions.add(connection, campaign_key, path, Path(name).name, actor, channel, workspace.at(),
                               options=chosen, corrects=corrects)  # fmt: skip
        jobs.want(connection, jobs.CHECK, made.id, workspace.at())
    return made


@contextmanager
def restored(workspace: Workspace, submission: Submission) -> Iterator[ReadOptions]:
    """The file of a submission and how it is to be read, while this lasts."""
    from campaign_runner.app.steps.draft import ReadOptions

    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
        path = Path(folder) / (Path(submission.name).name or "file")
        with workspace.ledger().read() as connection:
            submissions.restore(connection, submission, path)
        options = submission.options
        yield ReadOptions(path, options.get("sheet") or None, HiddenRows(options.get("hidden") or HiddenRows.HOLD))


def of_a_run(campaign: CampaignSession, reading: ReadOptions, file: LoadedUpload) -> Submission:
    """A file that a command run by a person or a timer brought is a submission like any other; its settings are kept."""
    runtime = campaign.runtime
    with campaign.ledger.read() as connection:
        newest = submissions.latest(connection, campaign.key)
    if newest and newest.upload == file.upload.id:
        return newest
    kept = runtime.settings.model_dump(mode="json", exclude={"ledger", "server", "notify", "webhooks"})
    options = {"sheet": reading.sheet, "hidden": reading.hidden}
    with campaign.ledger.write("record a submission") as connection:
        made = submissions.add(connection, campaign.key, reading.file, reading.path.name, runtime.actor, "cli",
                               runtime.at(), options=options, keep=False)  # fmt: skip
        submissions.became(connection, made.id, file.upload.id)
        campaigns.set_settings(connection, campaign.key, kept, runtime.at())
        return submissions.get(connection, made.id)
