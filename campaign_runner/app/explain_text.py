"""What does `explain` say?  A row's life in the order of thought: outcome, cells, rules, references, every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from campaign_runner.model import money
from campaign_runner.model.wording import count, day

if TYPE_CHECKING:
    from campaign_runner.app.explain import RowLife

Told = Mapping[str, Any]


def story(life: RowLife) -> list[str]:
    """The lines for the terminal."""
    worth = f" ({life.worth})" if life.worth else ""
    summary = f"Row {life.row} of {life.file}: {life.status}{worth}. {life.reason} {life.what_to_do}".rstrip()
    return [
        summary,
        *_cells(life),
        *_rules(life),
        *_decisions(life),
        *(line for one in life.attempts for line in _attempt(one, life)),
    ]


def _cells(life: RowLife) -> Iterator[str]:
    if life.note:
        yield life.note
    if life.cells:
        yield "As uploaded:"
    yield from (f"  {header}: {cell}" for header, cell in life.cells.items() if cell)
    if life.changes:
        yield "Changed before it was checked and sent:"
    for change in life.changes:
        where = change["header"] or change["field"]
        before = f'"{change["before"]}"' if change["before"] else "empty"
        yield f'  {where}: {before} became "{change["after"]}" ({change["why"]}).'


def _rules(life: RowLife) -> Iterator[str]:
    rules = life.rules
    if rules and life.status != "rejected":
        many = sum(map(len, rules["checks"].values())) + sum(map(len, rules["optional"].values()))
        needs = ", ".join(rules["required"])
        yield f"Rules applied: the {many} of {rules['method']} (campaign-runner rules {rules['method']}), all met."
        yield f"  {rules['method']} needs {needs}."
    elif life.status == "rejected":
        yield "Rules applied: those of its delivery method; the reason above says which it breaks."


def _decisions(life: RowLife) -> Iterator[str]:
    if life.decisions:
        yield "What was decided:"
    yield from (f"  {each['at']}  {_SAY[each['what']](each)}{_by(each)}" for each in life.decisions)


def _by(each: Told) -> str:
    """The account under which it was done, where the event names one."""
    return f" [{each['actor']}]" if each.get("actor") else ""


def _planned(data: Told) -> str:
    name = f"SHA-256 {data['sha256'][:12]}…"
    return f"a file was uploaded and planned: {count(data['rows'], 'row')}, {data['lines']:,} new ({name})"


def _corrected(data: Told) -> str:
    return f"correction: {data['from']} before, {data['to']} since"


_SAY: dict[str, Callable[[Told], str]] = {
    "file planned": _planned,
    "plan shown": lambda data: f"the plan {data['plan']} was shown to {data['submitter']}",
    "plan approved": lambda data: f"the plan {data['plan']} was approved by {data['by']}",
    "plan rejected": lambda data: f"the plan {data['plan']} was rejected by {data['by']}: {data.get('reason', '')}",
    "rows released": lambda data: f"released, though it was held: {data['reason']}",
    "rows dropped": lambda data: f"dropped, so that it is never sent: {data['reason']}",
    "decision taken back": lambda data: f"the decision was undone: {data['reason']}",
    "failed lines planned again": lambda data: f"a new attempt for {data['lines']} failed lines was planned",
    "line corrected": _corrected,
    "personal data erased": lambda data: f"files uploaded before {day(data['before'])} were erased",
}


def _attempt(one: Told, life: RowLife) -> Iterator[str]:
    derived = life.references
    bound = ", ".join(f"{name} {value}" for name, value in derived["bound_to"].items())
    again = f", attempt {one['attempt']}" if one["attempt"] > 1 else ""
    worth = f"{one['face_value']} {one['currency']}, {one['method']}, {one['utid']}"
    yield f"Attempt {one['attempt']}: {one['status']} ({worth})"
    yield f"  line reference   {one['reference']}"
    yield f"    = campaign id + {derived['hash']} of: {bound},"
    yield f"      and the row's identity: {derived['identity']}{again}"
    yield f"  order reference  {one['order_reference']}, line {one['position'] + 1} of {one['lines']}"
    yield "    = campaign id + hash of the same and of all its line items with their references, in their order"
    yield f"  Tango's order    {one['tango_order_id'] or '-'}, line {one['tango_reference'] or '-'}"
    if one["charged"]:
        parts = {"fees": one["fee"], "shipping": one["shipping_fee"]}
        more = "".join(f", {name} {_amount(text)}" for name, text in parts.items() if text)
        yield f"  Tango charged    {_amount(one['charged'])} {one['charged_currency']}{more}"
    yield from (f"  {step}" for step in sorted([*map(_step, (*one["requests"], *one["moves"])), *_now(one)]))


def _amount(stated: str) -> str:
    return money.text(Decimal(stated))


def _now(one: Told) -> list[str]:
    """What Tango last said of this very line."""
    delivery = f", delivery {one['delivery_status']}" if one["delivery_status"] else ""
    return [f"{one['updated_at']}  line {one['status']}{delivery}"] if one["updated_at"] else []


def _step(step: Told) -> str:
    """A request or a change of state, beginning with its time."""
    if "to" in step:
        return f"{step['at']}  order {step['from']} -> {step['to']}"
    answer = f"{step['http_status'] or 'no answer'} {step['code']} {step['message']}".rstrip()
    return (
        f"{step['at']}  {step['method']} {step['outcome']}: {answer} (request {step['request_id'] or 'without id'})"
    )
