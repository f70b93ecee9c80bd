"""Settings that are not valid (exit code 2), and plans that the settings forbid (exit code 4)."""

from __future__ import annotations

from making.broken import Broken

GOOD = '[campaign]\nid = "broken-samples"\n'


def _setting(name: str, title: str, text: str, *, file: str = "good.csv", command: str = "check", campaign: str = GOOD,
             code: int = 2) -> Broken:  # fmt: skip
    return Broken(f"settings/{name}.toml", title, f"{campaign}{text}", code, f"{command} {file} --config {{path}}")


def _limit(name: str, title: str, text: str) -> Broken:
    return Broken(
        f"limits/{name}.toml", title, f"{GOOD}\n[limits]\n{text}\n", 4, "run good.csv --config {path} --wait 0"
    )


SETTINGS = (
    _setting("unknown-setting", "A setting that does not exist", '\n[tango]\nenviroment = "sandbox"\n'),
    _setting("unknown-section", "A section that does not exist", "\n[limit]\nmax_rows = 10\n"),
    _setting("not-toml", "A file that is not TOML", "\n[tango\n"),
    _setting("no-id", "No campaign id", 'name = "Q4"\n', campaign="[campaign]\n"),
    _setting("long-id", "A campaign id that is not valid", 'id = "Q4 / Recognition"\n', campaign="[campaign]\n"),
    _setting("long-notes", "Order notes that are too long", f'notes = "{"x" * 151}"\n'),
    _setting("sender", "A sender without a valid e-mail address", 'sender = { firstName = "Acme", email = "acme" }\n'),
    _setting("account", "An account identifier that is too short", '\n[tango]\naccount = "acme"\n'),
    _setting("environment", "An environment that does not exist", '\n[tango]\nenvironment = "test"\n'),
    _setting("plain-http", "An address without encryption", '\n[tango]\nbase_url = "http://tango.example.com"\n'),
    _setting("batch-size", "A number that is out of range", "\n[tango]\nbatch_size = 0\n"),
    _setting("sandbox", "No credentials for the sandbox", '\n[tango]\nenvironment = "sandbox"\n', command="run"),
    _setting("production", "No credentials for production", '\n[tango]\nenvironment = "production"\n', command="run"),
    _setting("ledger", "A ledger address that is not PostgreSQL", '\n[ledger]\nurl = "mysql://db.example.com/ledger"\n'),
    _setting("column-field", "[columns] names a field that does not exist",
             '\n[columns]\n"E-mail" = "recipient.mail"\n'),
    _setting("column-header", "[columns] names a header that the file does not have",
             '\n[columns]\n"Work email" = "recipient.email"\n'),
    _setting("default-field", "[defaults] names a field that does not exist", '\n[defaults]\ncurrency = "USD"\n'),
    _setting("default-value", "[defaults] has a value that breaks a rule", '\n[defaults]\nutid = "Coffee"\n'),
    _setting("identity", "[identity] names a column that the file does not have", '\n[identity]\nkey = ["Staff ID"]\n',
             code=3),
)  # fmt: skip

LIMITS = (
    _limit("max-amount", "A reward above the limit", "max_amount = 30"),
    _limit("max-rows", "More rows than the limit", "max_rows = 1"),
    _limit("max-total", "More money than the limit", "max_total = { USD = 50 }"),
    _limit("expected-rows", "A number of rows other than expected", "expected_rows = 3"),
    _limit("expected-total", "A total other than expected", "expected_total = { USD = 100 }"),
)
