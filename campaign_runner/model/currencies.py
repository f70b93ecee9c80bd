"""Which currency does a text name?  Codes of ISO 4217, signs and names in the usual languages, as one table.

A sign or a name that several currencies share (`$`, `kr`, `peso`) names all of them. Used for currency columns, for
units in headers, and for signs in amounts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ISO_4217 = """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
    CHF CLF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
    GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR
    LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK
    PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT
    TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"""
CODES = frozenset(_ISO_4217.split())
# Codes that are words too: they count only where they are written in capitals.
_WORDS_TOO = frozenset({"all", "top", "try", "cup", "gel", "mop", "lak", "mad", "pen", "bam", "cop", "sos", "nad"})
_DOLLARS = "USD CAD AUD NZD SGD HKD TWD MXN BRL ARS CLP COP JMD TTD BBD BSD BMD BZD FJD GYD KYD LRD NAD SBD SRD XCD"
_CROWNS = "SEK NOK DKK ISK"
_PESOS = "MXN ARS CLP COP PHP UYU DOP CUP"
_NAMED: dict[str, str] = {
    _DOLLARS: "$ ＄ dollar dollars dolar dolares dólar dólares dollaro dollari",
    "USD": "us$ u$s usd$ us-dollar us-dollars usdollar american-dollar american-dollars u.s.-dollar u.s.-dollars "
    "united-states-dollar dólar-estadounidense dólares-estadounidenses dollar-américain dollars-américains "
    "amerikanischer-dollar amerikanische-dollar greenback",
    "CAD": "c$ ca$ can$ cdn$ cad$ cdn canadian-dollar canadian-dollars dollar-canadien dollars-canadiens",
    "AUD": "a$ au$ aud$ australian-dollar australian-dollars",
    "NZD": "nz$ nzd$ new-zealand-dollar new-zealand-dollars",
    "SGD": "s$ sg$ sgd$ singapore-dollar singapore-dollars",
    "HKD": "hk$ hkd$ hong-kong-dollar hong-kong-dollars",
    "TWD": "nt$ ntd new-taiwan-dollar new-taiwan-dollars",
    "MXN": "mx$ mex$ mxn$ mexican-peso mexican-pesos peso-mexicano pesos-mexicanos m.n.",
    "BRL": "r$ brl$ real reais reales brazilian-real",
    "EUR": "€ euro euros eur€ €uro",
    "GBP": "£ gbp£ £gbp pound pounds pound-sterling pounds-sterling sterling british-pound british-pounds "
    "uk-pound uk-pounds ukp stg libra-esterlina libras-esterlinas livre-sterling livres-sterling pfund britische-pfund",
    "JPY CNY": "¥ ￥",
    "JPY": "円 yen jp¥ jpy¥ japanese-yen 日本円",
    "CNY": "元 人民币 cn¥ rmb yuan renminbi chinese-yuan rmb¥",
    "INR PKR LKR NPR MUR": "rs rs. rupee rupees rupie rupien rupia rupias",
    "INR": "₹ indian-rupee indian-rupees",
    "KRW": "₩ won 원 korean-won",
    "RUB": "₽ руб руб. рубль рубли рублей rouble roubles ruble rubles rubel",
    "UAH": "₴ грн грн. hryvnia",
    "PLN": "zł zl złoty zloty zlotys zlotych",
    _CROWNS: "kr kr. krona kronor krone kroner króna krónur kronen",
    "CZK": "kč kc koruna koruny korun",
    "HUF": "ft forint",
    "RON": "lei leu",
    "CHF": "fr fr. sfr sfr. franken schweizer-franken swiss-franc swiss-francs franc-suisse francs-suisses "
    "franco-suizo francos-suizos chf. stutz",
    "CHF XOF XAF": "franc francs franco francos",
    "TRY": "₺ tl türk-lirası turkish-lira",
    "ILS": "₪ nis shekel shekels",
    "THB": "฿ baht",
    "VND": "₫ đ dong",
    "PHP": "₱ philippine-peso philippine-pesos",
    _PESOS: "peso pesos",
    "ARS": "ar$ argentine-peso peso-argentino pesos-argentinos",
    "COP": "col$ colombian-peso peso-colombiano pesos-colombianos",
    "CLP": "clp$ chilean-peso peso-chileno pesos-chilenos",
    "NGN": "₦ naira",
    "ZAR": "r rand south-african-rand",
    "AED": "dh dhs dirham dirhams",
    "IDR": "rp rp. rupiah",
    "MYR": "rm ringgit",
    "KZT": "₸ tenge",
    "PYG": "₲ guarani",
    "GHS": "gh₵ ₵ cedi cedis",
    "GEL": "₾ lari",
    "AZN": "₼ manat",
}
_PARTS = re.compile(r"[\s()\[\]/,;:–—]+")


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    return "-".join(part for part in re.split(r"[\s\-]+", plain) if part)


_KNOWN = {_fold(name): frozenset(codes.split()) for codes, names in _NAMED.items() for name in names.split()}


@lru_cache(4096)
def named(text: str) -> frozenset[str]:
    """The currencies that a text can mean: `{"EUR"}` for `eur`, `€`, `Euro`, `EUR (Euro)`; none for another text."""
    if currency := _word(text):
        return currency
    parts = [part for part in _PARTS.split(text.strip()) if part and part not in ("-", ".")]
    codes = [part for part in parts if part.upper() in CODES and _word(part)]
    if len(codes) == 1 and len(parts) > 1:  # `US Dollar (USD)`, `EUR - Euro`
        rest = [part for part in parts if part is not codes[0]]
        meant = _word(codes[0])
        others = _word(" ".join(rest)) or frozenset.intersection(*(_word(part) for part in rest))
        return meant & others
    meanings = [_word(part) for part in parts]
    return frozenset.intersection(*meanings) if meanings else frozenset()


def _word(text: str) -> frozenset[str]:
    word = text.strip()
    if len(word) == 3 and word.upper() in CODES and (word.isupper() or word.casefold() not in _WORDS_TOO):
        return frozenset({word.upper()})
    folded = _fold(word)
    return _KNOWN.get(folded) or _KNOWN.get(folded.rstrip(".")) or frozenset()
