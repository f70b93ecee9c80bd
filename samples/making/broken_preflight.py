"""Problems found before anything is sent: rewards, accounts, funds, declared totals, unusual plans."""

from __future__ import annotations

from making.broken import Broken

HEAD = "Employee ID,Delivery method,First name,E-mail,Reward,Amount,Expiration date\n"


def _asked(name: str, title: str, text: str, code: int = 4) -> Broken:
    content = f'[campaign]\nid = "broken-{name}"\n\n{text}\n'
    return Broken(f"preflight/{name}.toml", title, content, code, "run good.csv --config {path} --wait 0")


def _reward(name: str, title: str, utid: str, amount: str, *, method: str = "EMAIL", expires: str = "") -> Broken:
    row = f"1,{method},Ana,ana@example.com,{utid},{amount},{expires}\n"
    return Broken(f"preflight/{name}.csv", title, HEAD + row, 1, "run {path} --wait 0")


PREFLIGHT = (
    _asked("empty", "Too little money", '[tango]\naccount = "sim-empty"'),
    _asked("frozen", "An account that is frozen", '[tango]\naccount = "sim-frozen"'),
    _asked("missing", "An account that does not exist", '[tango]\naccount = "sim-missing"'),
    _asked("person-year", "A warning that nobody has accepted",
           '[preflight]\nunusual = "ask"\n\n[limits]\nmax_per_person_year = { USD = 30 }'),
    _asked("accept", "A warning that does not exist", '[preflight]\naccept = ["large"]', 2),
    Broken("preflight/totals-row.csv", "A totals row that differs from the sum of its rows",
           "Employee ID,Delivery method,First name,E-mail,Reward,Amount\n1,EMAIL,Ana,ana@example.com,U561593,25\n"
           "2,EMAIL,Ben,ben@example.com,U561593,30\nTotal,,,,,65\n", 4, "run {path} --wait 0"),
    Broken("preflight/subtotals.csv", "A subtotal that differs from the sum of its rows",
           "Employee ID,Delivery method,First name,E-mail,Reward,Amount\n1,EMAIL,Ana,ana@example.com,U561593,25\n"
           "Subtotal,,,,,25\n2,EMAIL,Ben,ben@example.com,U561593,30\nSubtotal,,,,,35\nTotal,,,,,55\n", 4,
           "run {path} --wait 0"),
    _reward("utid-typo", "A utid with one wrong character", "U561598", "25"),
    _reward("utid-unknown", "A utid that is not in the catalogue", "U999999", "25"),
    _reward("inactive", "A reward that is no longer sold", "U200404", "25"),
    _reward("amount-fixed", "An amount other than the reward's fixed amount", "U154092", "25"),
    _reward("amount-range", "An amount outside the reward's range", "U200401", "250"),
    _reward("amount-whole", "Cents for a reward in whole amounts", "U200401", "7.50"),
    _reward("method", "A delivery method that the reward does not have", "U200201", "25"),
)  # fmt: skip
