"""What does a status mean to people?  One table: label, sentence, reason, remedy, who acts, with which command, colour.

The screen, the page, messages, the failures report, the summary and the next steps read it, and nothing else says these
things.
"""

from __future__ import annotations

from dataclasses import dataclass

from campaign_runner.model.lifecycle import RowStatus


@dataclass(frozen=True, slots=True)
class StatusText:
    """`label` in English and in German; `state` continues "3 rows …"; `reason` and `remedy` stand where a row has none of
    its own; `step` has {rows} and {name}, `command` {campaign}, {file} and {failures}; `colours` are those of a light
    and of a dark page."""

    label: str
    label_de: str
    state: str
    colours: tuple[str, str]
    reason: str = ""
    remedy: str = ""
    who: str = ""
    step: str = ""
    command: str = ""


# In the order of urgency, which is that of the next steps.
STATUS_TEXTS: dict[RowStatus, StatusText] = {
    RowStatus.REJECTED: StatusText(
        label="Rejected",
        label_de="Abgewiesen",
        state="rejected (they break a rule; nothing was sent for them)",
        colours=("#c8553d", "#e38467"),
        reason="The row breaks a rule.",
        remedy="Correct the row, then run this file again.",
        who="HR",
        step="Correct {rows} in {name} (the last columns say what to do), save the file and run it",
        command="campaign-runner run {failures}",
    ),
    RowStatus.HELD: StatusText(
        label="Held",
        label_de="Zurückgehalten",
        state="held for a decision",
        colours=("#d9a514", "#e3c04e"),
        reason="The row is held for a decision.",
        remedy="Release it with: campaign-runner release; or delete the row.",
        who="HR",
        step="Release or drop {rows} held for a decision ({name} says why), by row number, e-mail address, name "
        "or key; after `check`, run `plan` first",
        command='campaign-runner release {campaign} ROW --reason "why"',
    ),
    RowStatus.UNSENT: StatusText(
        label="Not sent yet",
        label_de="Noch nicht gesendet",
        state="not sent yet",
        colours=("#8a94a3", "#7d8796"),
        who="the operator",
        step="Send {rows} not sent yet",
        command="campaign-runner run {file}",
    ),
    RowStatus.UNKNOWN: StatusText(
        label="Answer not known",
        label_de="Antwort nicht bekannt",
        state="sent, answer not known yet",
        colours=("#c77f0a", "#e0a040"),
        who="the operator",
        step="Ask Tango about {rows} whose answer was lost; nothing is sent twice",
        command="campaign-runner track {campaign}",
    ),
    RowStatus.PENDING: StatusText(
        label="Not final yet",
        label_de="Noch nicht endgültig",
        state="accepted by Tango, not final yet",
        colours=("#3b7dd8", "#6aa3f0"),
        who="the operator",
        step="Check again later on {rows} that Tango is still processing",
        command="campaign-runner track {campaign}",
    ),
    RowStatus.COMPLETED: StatusText(
        label="Completed", label_de="Abgeschlossen", state="completed", colours=("#2e8b57", "#4fb47f")
    ),
    RowStatus.FAILED: StatusText(
        label="Failed at Tango",
        label_de="Bei Tango fehlgeschlagen",
        state="failed at Tango",
        colours=("#a92338", "#e0657a"),
        reason="Tango reported that the reward failed, and gave no reason.",
        remedy="Fix the cause, then retry with: campaign-runner retry.",
        who="HR",
        step="Read why {rows} failed at Tango ({name}), fix the cause, then retry",
        command="campaign-runner retry {campaign}",
    ),
    RowStatus.CANCELLED: StatusText(
        label="Cancelled",
        label_de="Storniert",
        state="cancelled",
        colours=("#7a5ea8", "#a58bd6"),
        reason="The reward was cancelled at Tango.",
        remedy="Ask Tango why it was cancelled, and decide whether to reward this recipient in another way.",
        who="HR",
        step="Ask Tango why it cancelled {rows}, and decide whether to reward these recipients in another way",
    ),
}  # fmt: skip
# As a report shows what happened: the good news first.
BY_OUTCOME = (
    RowStatus.COMPLETED, RowStatus.PENDING, RowStatus.UNKNOWN, RowStatus.UNSENT, RowStatus.REJECTED, RowStatus.HELD,
    RowStatus.FAILED, RowStatus.CANCELLED,
)  # fmt: skip
