"""Is the currency that the file states the reward's?  In a column, in the header of the amounts, or in a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import Column, Problem, RuleBook
from campaign_runner.model.currencies import CODES, named
from campaign_runner.model.measures import other_measure
from campaign_runner.model.words import fold
from campaign_runner.validation.arrowtext import TEXT, arrow
from campaign_runner.validation.chunk import TidyChunk
from campaign_runner.validation.kinds.amount import PLAIN, read
from campaign_runner.validation.normalisation import tidy
from campaign_runner.validation.rule_options import RuleOptions

_NAMES = """currency currencies curr cur ccy currencycode währung waehrung währungscode währungskürzel währungskennzeichen
    währg whg wkz moneda divisa devise devises monnaie valuta moeda munt munteenheid waluta měna pénznem valuutta
    doviz döviz валюта 通貨 货币 币种 通貨コード crcy curcy cury waers waerk hwaer kwaer iwaer wrkz währungsschlüssel
    valutakod valutakode valutový mena валута valiuta valūta monedă moneta deviza divisas devize birimi νόμισμα מטבע
    عملة العملة 통화 幣別 币别 幣種 貨幣 สกุลเงิน uang"""
_BESIDES = """iso 4217 code codes symbol sign name of the for reward rewards amount amounts payment payout gift card value
    face denomination transaction local 3 letter letters der des die betrags betrag de la del du des en code código montant
    importe monto pago récompense recompensa auszahlung auszahlungs premio para mata key schlüssel kz"""
_PERHAPS = """iso isocode unit units amountunit unitofamount einheit unidad unité unite"""
_SPOKEN = frozenset(map(fold, _NAMES.split()))
_SILENT = frozenset(map(fold, _BESIDES.split()))
_SOFT = frozenset(map(fold, _PERHAPS.split()))
_NOTHING = frozenset({"", "-", "–", "—"})
_CODES_OR_NOTHING = pa.array(["", *sorted(CODES)], TEXT)
_STATES_UNIT = r"[\p{L}\p{Sc}]"


class CurrencyRule:
    """Compares what a file says of its currency with the currency of each row's reward."""

    def __init__(
        self, book: RuleBook, columns: Iterable[Column], amount: Column | None, choices: RuleOptions
    ) -> None:
        own = [column for column in columns if not column.field]
        self._columns = [column for column in own if _is_named(column.header)]
        self._perhaps = [column for column in own if fold(column.header) in _SOFT]
        others = {*self._columns, *self._perhaps}
        self._unnamed = [column for column in own if column not in others and not _speaks_of_currency(column.header)]
        self._amount, self._choices = amount, choices
        self._example = book.fields["amount"].example if "amount" in book.fields else ""

    def of_rewards(self, utids: Any) -> Any:
        """The currency of each row's reward as an arrow column; None where it is the setting's for all."""
        known: Mapping[str, str] = self._choices.currencies
        if not known:
            return None
        coded = utids.dictionary_encode()
        words = [known.get(word, self._choices.currency) for word in coded.dictionary.to_pylist()]
        return pc.fill_null(pa.array(words, TEXT).take(coded.indices), self._choices.currency)

    def judge(self, chunk: TidyChunk) -> None:
        """Put a problem at every cell whose currency is not the reward's; nothing more is said of these cells."""
        wrong = list(self._wrong(chunk))
        chunk.problems += [problem for problem in wrong if (problem.row, _place(problem)) not in chunk.named]
        chunk.named |= {(problem.row, _place(problem)) for problem in wrong}
        chunk.foreign |= {problem.row for problem in wrong}

    def _wrong(self, chunk: TidyChunk) -> Iterator[Problem]:
        for column in self._columns:
            yield from self._of_column(chunk, column, perhaps=False)
        for column in self._perhaps:
            yield from self._of_column(chunk, column, perhaps=True)
        for column in self._unnamed:
            yield from self._of_codes(chunk, column)
        if self._amount is not None:
            yield from self._of_header(chunk, self._amount)
            yield from self._of_cells(chunk, self._amount)

    def _of_column(self, chunk: TidyChunk, column: Column, perhaps: bool) -> Iterator[Problem]:
        cells = tidy(arrow(chunk.rows.cells[column.position]), "text").fill_null("")
        for row, cell, due in self._pairs(chunk, cells, pc.not_equal(cells, "")):
            meant = named(cell)
            if cell in _NOTHING or due in meant or cell.upper() == due or (perhaps and not _is_unit(cell)):
                continue
            what = f"is not the reward's currency, {due}." if meant else f"is not a currency; the reward is in {due}."
            yield Problem(
                row, column, "amount:currency", cell, what, f"Type {due} and the amount in {due}, or delete the row."
            )

    def _of_codes(self, chunk: TidyChunk, column: Column) -> Iterator[Problem]:
        """A column of nothing but codes of currencies is about the amounts, unless its header says what else."""
        cells = tidy(arrow(chunk.rows.cells[column.position]), "text").fill_null("")
        filled = pc.not_equal(cells, "")
        if not pc.any(filled).as_py() or not pc.all(pc.is_in(cells, value_set=_CODES_OR_NOTHING)).as_py():
            return
        for row, cell, due in self._pairs(chunk, cells, filled):
            if cell != due:
                yield Problem(
                    row, column, "amount:currency", cell, f"is the code of a currency, and the reward is in {due}.",
                    f"Type {due} and the amount in {due}, or delete the row. If the column is about something else, say so "
                    'in its header, like "Salary currency".',
                )  # fmt: skip

    def _of_header(self, chunk: TidyChunk, column: Column) -> Iterator[Problem]:
        stated = frozenset(column.unit.split())
        if not stated or (chunk.currencies is None and self._choices.currency in stated):
            return
        cells = tidy(arrow(chunk.rows.cells[column.position]), "amount").fill_null("")
        for row, cell, due in self._pairs(chunk, cells, pc.not_equal(cells, "")):
            if due not in stated:
                yield self._problem(row, column, cell, stated, due, ", as the header says")

    def _of_cells(self, chunk: TidyChunk, column: Column) -> Iterator[Problem]:
        """Amounts that could not be read: those with another currency beside them."""
        amounts = chunk.fields["amount"].fill_null("")
        odd = pc.and_not(pc.match_substring_regex(amounts, _STATES_UNIT), pc.match_substring_regex(amounts, PLAIN))
        for row, cell, due in self._pairs(chunk, amounts, odd):
            written = read(cell)
            meant = named(written.unit) if written.digits else frozenset()
            if meant and due not in meant:
                yield self._problem(row, column, cell, meant, due, "")

    def _problem(self, row: int, column: Column, cell: str, stated: frozenset[str], due: str, why: str) -> Problem:
        currency = next(iter(stated)) if len(stated) == 1 else "another currency"
        remedy = f"Type the amount in {due} as a number alone, like {self._example}."
        if why:
            remedy = f'Correct the amounts and the header, or call the column "Amount ({due})".'
        return Problem(
            row, column, "amount:currency", cell, f"is in {currency}{why}, but the reward is in {due}.", remedy
        )

    def _pairs(self, chunk: TidyChunk, cells: Any, mask: Any) -> Iterator[tuple[int, str, str]]:
        """Row number, cell and the reward's currency, where `mask` holds."""
        if not pc.any(mask).as_py():
            return
        rows = chunk.index[mask.to_numpy(zero_copy_only=False)].tolist()
        home = self._choices.currency
        due = [home] * len(rows) if chunk.currencies is None else chunk.currencies.filter(mask).to_pylist()
        yield from zip(rows, cells.filter(mask).to_pylist(), due, strict=True)


def _is_named(header: str) -> bool:
    """`Currency`, `ISO currency code`, `Amount currency`, `Währung (ISO)`; not `Salary currency`."""
    words = [fold(word) for word in re.findall(r"[^\W_]+", header)]
    return any(word in _SPOKEN for word in words) and all(word in _SPOKEN | _SILENT for word in words)


def _speaks_of_currency(header: str) -> bool:
    return any(fold(word) in _SPOKEN for word in re.findall(r"[^\W_]+", header))


def _is_unit(cell: str) -> bool:
    return bool(named(cell)) or (len(cell) > 2 and other_measure(cell) in ("cents", "points", "thousands"))


def _place(problem: Problem) -> int:
    return problem.column.position if problem.column else -1
