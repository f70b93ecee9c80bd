"""How would a colleague say what is left to correct?  `fix 3 phone numbers`, `fill in 2 missing amounts`."""

from __future__ import annotations

from collections import Counter

from campaign_runner.model.problem_tally import ProblemTally
from campaign_runner.model.wording import count

# field: (one, many); fields that are not here are named by the user's own header
_NOUNS = {
    "deliveryMethod": ("delivery method", ""),
    "recipient.firstName": ("first name", ""),
    "recipient.lastName": ("last name", ""),
    "recipient.email": ("e-mail address", "e-mail addresses"),
    "recipient.mobileNumber": ("phone number", ""),
    "recipient.address.streetLine1": ("street", ""),
    "recipient.address.city": ("city", "cities"),
    "recipient.address.stateOrProvince": ("state or province", "states or provinces"),
    "recipient.address.postalCode": ("postal code", ""),
    "recipient.address.country": ("country", "countries"),
    "utid": ("reward (utid)", "rewards (utid)"),
    "amount": ("amount", ""),
    "quantity": ("quantity", "quantities"),
    "deliveryDate": ("delivery date", ""),
    "expirationDate": ("expiration date", ""),
    "emailSubject": ("e-mail subject", ""),
    "message": ("message", ""),
    "shippingMethod": ("shipping method", ""),
}
# what a kind of rule asks for; other kinds are fixed
_VERBS = {
    "required": "fill in {} missing",
    "key": "fill in {} missing",
    "column-missing": "add a column for {}",
    "not-allowed": "empty {}",
}
# why a row is held: (one, many)
_HOLDS = {
    "duplicate": ("{} person appears twice", "{} people appear twice"),
    "hidden-row": ("{} hidden row waits for a decision", "{} hidden rows wait for a decision"),
    "struck-through": ("{} struck-through row waits for a decision", "{} struck-through rows wait for a decision"),
    "changed-after-sent": ("{} row was changed after it was sent", "{} rows were changed after they were sent"),
}


def todo(problems: ProblemTally) -> list[str]:
    """One clause per field and kind of work, the most frequent first."""
    work: Counter[tuple[str, str]] = Counter()
    for name, kinds in problems.kinds.items():
        for kind, number in kinds.items():
            work[name, _VERBS.get(kind, "fix {}")] += number
    clauses = [_clause(verb, name, number, problems) for (name, verb), number in work.most_common() if number]
    return clauses + [_held(rule, number) for rule, number in Counter(problems.holds).most_common()]


def _clause(verb: str, name: str, number: int, problems: ProblemTally) -> str:
    head, _, tail = count(number, *_nouns(name, problems)).partition(" ")
    return f"{verb.format(head)} {tail}"


def _nouns(name: str, problems: ProblemTally) -> tuple[str, str]:
    if name in _NOUNS:
        return _NOUNS[name]
    header = problems.headers.get(name)
    return (f'cell in "{header}"', f'cells in "{header}"') if header else ("row", "")


def _held(rule: str, number: int) -> str:
    one, many = _HOLDS.get(rule, ("{} row waits for a decision", "{} rows wait for a decision"))
    return (one if number == 1 else many).format(f"{number:,}")
