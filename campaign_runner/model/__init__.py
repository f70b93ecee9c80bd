"""What are the nouns?  Plain frozen values that the stages hand to each other."""

from __future__ import annotations

from campaign_runner.model.addresses import CellNames
from campaign_runner.model.books import (
    BOOKED_COLUMNS,
    CORRECTION_COLUMNS,
    PLACED_COLUMNS,
    BookPages,
    Books,
    ChargedElsewhere,
    OpenBooks,
    Sent,
    SentFile,
    StatedRows,
    Sums,
)
from campaign_runner.model.orders import HELD, Batch, Finding, Hold, LineColumns, LineItem, Order, line_columns
from campaign_runner.model.ports import PATIENCE, Clock, Limiter, OnHold
from campaign_runner.model.receipt import LineAnswer, ListedOrder, Outcome, Receipt
from campaign_runner.model.rule_book import Field, Method, RuleBook
from campaign_runner.model.spreadsheet import Checked, CleanRows, Column, Problem, RawRows, RawTable

__all__ = [
    "BOOKED_COLUMNS",
    "CORRECTION_COLUMNS",
    "HELD",
    "PATIENCE",
    "PLACED_COLUMNS",
    "Batch",
    "BookPages",
    "Books",
    "CellNames",
    "ChargedElsewhere",
    "Checked",
    "CleanRows",
    "Clock",
    "Column",
    "Field",
    "Finding",
    "Hold",
    "Limiter",
    "LineAnswer",
    "LineColumns",
    "LineItem",
    "ListedOrder",
    "Method",
    "OnHold",
    "OpenBooks",
    "Order",
    "Outcome",
    "Problem",
    "RawRows",
    "RawTable",
    "Receipt",
    "RuleBook",
    "Sent",
    "SentFile",
    "StatedRows",
    "Sums",
    "line_columns",
]
