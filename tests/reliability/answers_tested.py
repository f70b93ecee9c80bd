"""Which test shows what becomes of which answer?  The one table of it; `test_report` keeps it whole.

An entry is (what comes back, what it means, the test). What a run does with each meaning stands in `DOES`.
"""

from __future__ import annotations

from typing import NamedTuple

from campaign_runner.model import Outcome as O
from campaign_runner.simulator.fault_effects import FAULTS
from campaign_runner.tango import answers

DOES: dict[O, str] = {
    O.ACCEPTED: "reads totals, references and refused lines; follows the order until it is final",
    O.REPLAYED: "the same as for a new order: it is ours only if totals and references are ours",
    O.LINES_REFUSED: "fails the named lines with Tango's sentence; the others go on at once in a new order",
    O.REFUSED: "halves the order until the faulty line is identified: 1 + 2 log2(n) orders for one bad line of n",
    O.TOO_LARGE: "halves the order; a single line that is still too large fails",
    O.IN_PROCESS: "unknown: waits at least two seconds, then looks it up",
    O.EXISTS: "unknown: looks it up, and takes it only if its lines are ours",
    O.RETRY: "may have been placed: the same bytes under the same reference after 1, 2, 4, … seconds, five times in "
    "all; then unknown, and looked up; five such calls in a row stop the run",
    O.NOT_CONNECTED: "nothing left this machine: tried again at once, then later; the lines stay unsent",
    O.THROTTLED: "waits as long as Retry-After says, at least a second; all processes and later runs wait too; for "
    "more than a minute nothing is called, and the lines stay unsent",
    O.NOT_FOUND: "nothing within the grace period; after it, the same bytes under the same reference",
    O.LATER: "the lines stay unsent; tried again after a day, or by the next run",
    O.STOP_CONFIGURATION: "stops the run and says who must act; no line is marked failed",
    O.STOP_FUNDS: "stops the run and names the shortfall; the lines stay unsent",
    O.STOP_FRAUD: "stops the run: contact Tango; the lines stay unsent",
    O.STOP_BUG: "stops the run: a fault of campaign-runner; the lines stay unsent",
    O.UNKNOWN: "unknown: never success, never failure; looked up, and shown to a person",
}


class Tested(NamedTuple):
    """One answer with its test; `means` is an Outcome, or what else it comes to."""

    answer: str
    means: str
    test: str


_ANSWERS, _KEYS = "tests/tango/test_answers.py", "tests/tango/test_every_key.py"
_TRANSPORT, _PLACE, _AUTH = "tests/tango/test_transport.py", "tests/tango/test_place.py", "tests/tango/test_auth.py"
_LOOK_UP, _WORDS, _RUNS = (
    "tests/tango/test_look_up.py",
    "tests/tango/test_words.py",
    "tests/reliability/test_every_answer.py",
)
_NASTY = "tests/tango/test_nasty_answers.py"
_POST = f"{_ANSWERS}::test_every_answer_to_a_post"
_CONFLICT = "conflict: shown to a person, looked at again by every run"

# 2xx, and what is odd about answers that came as promised.
SUCCESSES = (
    Tested("200, 201, 202 or any other 2xx, flat", O.ACCEPTED, f"{_POST}[202 flat]"),
    Tested("2xx in the nested shape", O.ACCEPTED, f"{_POST}[nested]"),
    Tested("2xx without a reference, or not an object", O.UNKNOWN, f"{_POST}[200 without a reference]"),
    Tested("2xx with `failedLineItems`", "those lines fail, the others are pending",
           f"{_PLACE}::test_a_line_may_be_refused_within_an_accepted_order"),
    Tested("2xx with `failedLineItems` that we never sent", _CONFLICT,
           f"{_RUNS}::test_every_fault_while_placing[extra-line]"),
    Tested("2xx with `duplicateLineItemRefIds`", "those lines are unknown: Tango has them in another order",
           f"{_RUNS}::test_a_line_that_tango_has_in_another_order_is_for_a_person"),
    Tested("a replay: the old order", O.REPLAYED, f"{_PLACE}::test_an_order_that_is_final_already_is_a_replay"),
    Tested("a replay whose totals are not ours", _CONFLICT, f"{_RUNS}::test_every_fault_while_placing[wrong-total]"),
    Tested("a replay whose references are not ours", _CONFLICT, f"{_RUNS}::test_every_fault_while_placing[other-order]"),
    Tested("2xx in HTML", O.RETRY, f"{_POST}[200 in HTML]"),
    Tested("2xx with truncated JSON", O.RETRY, f"{_POST}[200 cut in the middle]"),
    Tested("2xx shorter than it says", O.RETRY, f"{_POST}[200 shorter than promised]"),
    Tested("2xx without a body", O.RETRY, f"{_POST}[204]"),
    Tested("an answer that never ends", O.RETRY, f"{_ANSWERS}::test_an_answer_that_trickles_for_ever_is_left"),
    Tested("any JSON whatever", "never an error of ours", f"{_ANSWERS}::test_no_json_whatever_makes_the_reading_fail"),
    Tested("a line in a look-up that we never sent", _CONFLICT, f"{_RUNS}::test_every_fault_while_looking_up[extra-line]"),
    Tested("a line missing from a look-up of a final order", "unknown, until a later look-up shows it",
           f"{_RUNS}::test_a_final_order_that_lacks_a_line_leaves_it_unknown_until_it_is_shown"),
    Tested("an answer with fewer lines, or a smaller total, than an earlier one, or than a POST's answer accepted",
           "unknown and a finding, never failed, until a later look-up shows them",
           "tests/pipeline/test_shorter_answers.py::test_a_list_that_lags_behind_an_accepted_order_makes_no_line_failed"),
    Tested("a line that Tango calls failed", "placed again by `retry` alone, once Tango has said so twice",
           "tests/pipeline/test_retry.py::test_one_word_is_not_enough_so_retry_waits_for_the_second"),
    Tested("a failed line that is completed after it was placed again", "an unexplained finding, counted as charged",
           "tests/pipeline/test_retry.py::test_a_first_attempt_that_comes_back_to_life_is_told_and_charged"),
    Tested("a line that is shown twice (issued again)", "the one that is alive counts, of several the newest reference",
           f"{_NASTY}::test_a_line_that_is_shown_twice_has_the_status_of_the_one_that_is_alive"),
    Tested("amounts that nobody can read or add up", "not stated, and a finding",
           "tests/pipeline/test_nasty_answers.py::test_charges_that_nobody_can_read_or_add_up_are_a_finding[1e300]"),
    Tested("any text or number, through every call", "never an error of ours, and nothing that the ledger cannot keep",
           f"{_NASTY}::test_no_answer_to_any_call_is_an_exception"),
    Tested("more bytes, packed or not, or more layers of compression, than the call may cost", O.RETRY,
           f"{_NASTY}::test_ten_kilobytes_that_would_become_gigabytes_cost_nothing[3]"),
    Tested("headers that drip forever", O.RETRY, f"{_NASTY}::test_headers_and_bodies_that_drip_are_left_in_time"),
    Tested("a page without lines and another cursor", O.UNKNOWN,
           f"{_NASTY}::test_a_page_without_lines_and_another_cursor_ends_it"),
    Tested("page cursors that grow forever", O.UNKNOWN,
           f"{_NASTY}::test_pages_that_bring_nothing_new_end_it_though_their_cursors_grow"),
    Tested("an accepted order that is not known any more", "pending, and a finding; nothing is sent again",
           "tests/pipeline/test_nasty_answers.py::test_an_order_that_was_accepted_and_is_not_known_any_more_is_told"),
    Tested("a page cursor that loops", O.UNKNOWN, f"{_LOOK_UP}::test_a_cursor_that_runs_in_a_circle_is_left"),
    Tested("a page that fails for good", O.RETRY, f"{_LOOK_UP}::test_half_an_order_is_no_order"),
    Tested("pages that name different orders", O.UNKNOWN, f"{_LOOK_UP}::test_pages_of_two_orders_make_no_order"),
    Tested("an unknown status word of a line", O.UNKNOWN, f"{_WORDS}::test_each_word_of_a_line_is_known_or_unknown"),
    Tested("an unknown status word of an order", O.UNKNOWN,
           f"{_WORDS}::test_each_word_of_an_order_is_final_or_open_or_unknown"),
)  # fmt: skip

# What a status alone says, where the answer holds no key that is known.
STATUSES = {
    400: f"{_POST}[400 without a key]",
    401: f"{_POST}[401 without a key]",
    402: f"{_POST}[402 without a key]",
    403: f"{_POST}[403 in HTML]",
    405: f"{_POST}[405]",
    407: f"{_POST}[407]",
    408: f"{_POST}[408]",
    409: f"{_POST}[409 without a key]",
    413: f"{_POST}[413]",
    415: f"{_POST}[415 without a key]",
    422: f"{_POST}[422 without a key]",
    429: f"{_POST}[429 in HTML]",
}
ODD_STATUSES = (
    Tested("401 while a token is held", "the token is renewed once and the same bytes go again",
           f"{_AUTH}::test_a_refused_token_is_renewed_once_and_the_same_bytes_go_again"),
    Tested("401 once more", O.STOP_CONFIGURATION, f"{_AUTH}::test_a_token_that_is_refused_twice_stops_the_run"),
    Tested("404 after a POST, without a key", O.STOP_CONFIGURATION, f"{_POST}[404 in HTML]"),
    Tested("404 after a GET, without a key", O.UNKNOWN, f"{_ANSWERS}::test_every_answer_to_a_look_up[404 without a key]"),
    Tested("400 or 422 that complains of size", O.TOO_LARGE, f"{_POST}[422 about size]"),
    Tested("422 that names lines", O.LINES_REFUSED,
           f"{_RUNS}::test_lines_that_tango_names_fail_with_its_sentence_and_the_others_go_on"),
    Tested("422 that names lines, with an i18nKey nobody knows", O.LINES_REFUSED,
           f"{_POST}[422 naming a line with a new key]"),
    Tested("422 that names none", O.REFUSED, f"{_RUNS}::test_a_line_that_tango_does_not_name_is_found_by_halving[64-13]"),
    Tested("422 that is a frozen account", O.STOP_CONFIGURATION,
           f"{_PLACE}::test_a_frozen_account_is_known_by_its_key_although_it_comes_as_422"),
    Tested("429 with Retry-After", O.THROTTLED, f"{_ANSWERS}::test_retry_after_is_a_number_or_a_date[7-7.0]"),
    Tested("429 without Retry-After", O.THROTTLED,
           f"{_PLACE}::test_too_many_requests_are_waited_for_and_everybody_is_told"),
    Tested("5xx before placing", O.RETRY, f"{_PLACE}::test_whatever_may_not_have_been_placed_is_sent_again_too[500]"),
    Tested("5xx after placing", O.RETRY,
           f"{_PLACE}::test_whatever_may_have_been_placed_is_sent_again_and_placed_once[500-placed]"),
    Tested("5xx in HTML", O.RETRY, f"{_POST}[500 in HTML]"),
    Tested("5xx call after call", "the run stops (`max_failures_in_a_row`)",
           f"{_RUNS}::test_a_service_that_fails_halts_the_run_instead_of_burning_through_the_file"),
    Tested("a status or an i18nKey nobody knows", O.UNKNOWN,
           f"{_RUNS}::test_an_answer_nobody_knows_is_looked_up_and_the_same_bytes_are_sent_after_the_grace_period"),
    Tested("401 or 403 of any shape: no key, an unknown one, HTML", O.STOP_CONFIGURATION,
           f"{_NASTY}::test_401_and_403_of_any_shape_stop_the_run_with_tangos_own_words"),
    Tested("a redirection", O.UNKNOWN, f"{_POST}[301]"),
)  # fmt: skip

# No answer at all, by the name of what the HTTP library raises.
_BROKEN = f"{_ANSWERS}::test_every_way_in_which_an_exchange_breaks"
TRANSPORT = {
    "ConnectTimeout": f"{_TRANSPORT}::test_a_connection_that_nobody_takes_up_in_time_never_was_one",
    "ConnectError": f"{_ANSWERS}::test_no_connection_is_tried_five_times_at_once",
    "PoolTimeout": _BROKEN,
    "ProxyError": f"{_TRANSPORT}::test_a_proxy_that_lets_nothing_through_is_no_connection",
    "UnsupportedProtocol": _BROKEN,
    "LocalProtocolError": _BROKEN,
    "WriteTimeout": f"{_TRANSPORT}::test_a_server_that_does_not_read_may_have_the_order",
    "ReadTimeout": f"{_ANSWERS}::test_a_server_that_never_answers_is_left_after_the_time_allowed",
    "WriteError": f"{_TRANSPORT}::test_a_connection_that_is_cut_while_sending_may_have_brought_the_order",
    "ReadError": f"{_TRANSPORT}::test_a_connection_that_is_cut_before_the_answer_may_have_brought_the_order",
    "RemoteProtocolError": f"{_POST}[nothing]",
    "TooLarge": f"{_NASTY}::test_a_body_that_is_larger_than_its_call_allows_is_left",
    "DecodingError": f"{_POST}[200 packed in what is not gzip]",
    "HTTPError": _BROKEN,
}
ODD_TRANSPORT = (
    Tested("a name that no DNS knows", O.NOT_CONNECTED,
           f"{_TRANSPORT}::test_an_address_where_nobody_lives_is_no_connection[https://tango.invalid]"),
    Tested("a server that speaks no TLS", O.NOT_CONNECTED, f"{_ANSWERS}::test_a_server_without_tls_is_no_connection"),
    Tested("a certificate that cannot be trusted", O.STOP_CONFIGURATION,
           f"{_TRANSPORT}::test_a_certificate_that_nobody_vouches_for_stops_the_run_before_anything_is_sent"),
    Tested("what is not HTTP", O.RETRY, f"{_POST}[no HTTP at all]"),
)  # fmt: skip


def i18n_keys() -> list[Tested]:
    """Every i18nKey of the tables, after a POST; those that a look-up alone understands, after a GET."""
    posted = [Tested(key, outcome, f"{_KEYS}::test_every_key_after_a_post[{key}]")
              for key, outcome in answers.BY_KEY.items()]  # fmt: skip
    asked = [Tested(key, outcome, f"{_KEYS}::test_every_key_after_a_look_up[{key}]")
             for key, outcome in answers.BY_KEY_OF_A_LOOK_UP.items()]  # fmt: skip
    families = {"401": "401.002", "429": "429.008", "500": "500.000"}
    wide = [Tested(f"{family}.*", answers.BY_FAMILY[family], f"{_KEYS}::test_every_key_after_a_post[{one}]")
            for family, one in families.items()]  # fmt: skip
    return posted + asked + wide


def statuses() -> list[Tested]:
    """Every HTTP status of the tables."""
    plain = [Tested(f"{status}, without a key", answers.BY_STATUS[status], test) for status, test in STATUSES.items()]
    return plain + list(ODD_STATUSES)


def transport() -> list[Tested]:
    """Every way in which there is no answer."""
    known = {kind.__name__: (outcome, words) for kind, outcome, words in answers.BY_EXCEPTION}
    plain = [Tested(f"{name}: {known[name][1]}", known[name][0], test) for name, test in TRANSPORT.items()]
    return plain + list(ODD_TRANSPORT)


def faults() -> list[Tested]:
    """Every fault of the stand-in, as a run meets it."""
    return [Tested(kind, effect.about, f"{_RUNS}::test_every_fault_while_placing[{kind}]")
            for kind, effect in FAULTS.items()]  # fmt: skip


def all_of_them() -> list[Tested]:
    """Everything that comes back, or does not."""
    return [*SUCCESSES, *statuses(), *i18n_keys(), *transport(), *faults()]
