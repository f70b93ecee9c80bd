"""The only place with SQL: what was submitted, what was planned, what left, what came back."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campaign_runner.ledger.opening import open_ledger
    from campaign_runner.ledger.store import Ledger

__all__ = ["Ledger", "open_ledger"]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Both, once one of them is wanted: SQLAlchemy is a sixth of the time of a command that opens no ledger."""
        if name not in __all__:
            raise AttributeError(name)
        from campaign_runner.ledger import opening

        return getattr(opening, name)
