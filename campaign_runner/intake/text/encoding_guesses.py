"""In which of the usual encodings would these bytes be names?  Only one reading may be left, else nothing is read.

Each candidate is judged by the words that it makes of the bytes: of one script, capitals only where they belong,
letters that people's names have, vowels between the consonants. Measured against a general detector, which takes a list
of ten Russian names for Japanese: short lists of names need rules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

CONFIDENCE = 0.85  # below it nothing is read
FEW_WORDS, OF_FEW_WORDS = 4, 0.9  # a list of so few must be surer
_FEW, _MOST_OF_FEW = 3, 0.8  # words that are too few for an encoding that is seldom met
_SELDOM = frozenset({"cp1250", "iso8859_2", "cp852", "cp1254", "cp1257"})
_WORD = re.compile(r"[^\x00-\x40\x5b-\x60\x7b-\x7f]*[^\x00-\x7f][^\x00-\x40\x5b-\x60\x7b-\x7f]*")
_MARKS = frozenset("©®°–—‘’“”…«»¿¡·§´ªº™½¼²³\u00a0")
_MONEY = frozenset("€£")
_QUOTES = "‘’“”«»¿¡…–—´"
_CONTROLS = re.compile("[\x80-\x9f]")
# The special letters of languages in Latin letters: those of a list mostly belong to one of them.
_WESTERN = (
    "äöüßéèêëàáâãçíîïñóôúû", "äöüßé", "éèêëàâçîïôùûüÿœæ", "áéíñóúü", "áâãàçéêíóôõúü", "àèéìíòóùú", "åäöæøéü",
    "éëïóöüèê", "áðéíóúýþæö",
    "àèéíïòóúüç",
)  # fmt: skip
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž")
_TURKISH = ("çğıöşüâîİ",)
_BALTIC = ("āčēģīķļņšūž", "ąčęėįšųūž", "äõöüšž")
# How much more usual a letter is than those that other encodings have in its place.
_WEIGHT = {
    **dict.fromkeys("èêœæø", 0.95), **dict.fromkeys("ìòùÿ", 0.8), **dict.fromkeys("ðþý", 0.7),
    **dict.fromkeys("čćęąřěůşğı", 0.9), **dict.fromkeys("ńăőűňţđ", 0.8), **dict.fromkeys("īūāēėįųģķļņ", 0.8),
    **dict.fromkeys("ĺŕď", 0.6),
}  # fmt: skip
_SURNAMES = {  # of one in two Chinese
    "gb18030": "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于"
    "董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴"
    "夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文",
    "big5": "王李張劉陳楊趙黃周吳徐孫胡朱高林何郭馬羅梁宋鄭謝韓唐馮于董蕭程曹袁鄧許傅沈曾彭呂蘇盧蔣蔡賈丁魏薛葉閻余潘杜戴"
    "夏鍾汪田任姜范方石姚譚廖鄒熊金陸郝孔白崔康毛邱秦江史顧侯邵孟龍萬段雷錢湯尹黎易常武喬賀賴龔文洪莊",
}
# Jânis, Mâra, Lîga: as Jānis, Māra and Līga look where their encoding is taken for a western one.
_PERHAPS_BALTIC = re.compile("(?<=.)[âîû].*(?:[inrdtk]s|a)$")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]+\Z")
_CYRILLIC = re.compile(r"[А-яЁёЄєІіЇїҐґ]+\Z")
_GREEK = re.compile(r"[Ά-ώ]+\Z")
_VOWELS = frozenset("аеёиоуыэюяіїєАЕЁИОУЫЭЮЯІЇЄαεηιουωάέήίόύώϊϋΐΰΑΕΗΙΟΥΩΆΈΉΊΌΎΏ")


class Guess(NamedTuple):
    """`confidence` from 0 to 1; `words`: some of those with special characters, as they would be read; `rival`: the
    codec of the next likely reading and its words."""

    codec: str
    confidence: float
    words: tuple[str, ...]
    rival: tuple[str, tuple[str, ...]] = ("", ())

    @property
    def is_sure(self) -> bool:
        """Whether the text may be read so."""
        return self.confidence >= (OF_FEW_WORDS if len(self.words) < FEW_WORDS else CONFIDENCE)


class _Candidate(NamedTuple):
    codec: str
    quality: Callable[[list[str]], float]


def best(sample: bytes) -> Guess:
    """The likeliest encoding of lines that are not UTF-8; its confidence falls with every other likely reading."""
    readings: dict[str, Guess] = {}
    for codec, quality in _CANDIDATES:
        try:
            text = sample.decode(codec)
        except UnicodeDecodeError:
            continue
        words = _WORD.findall(text)
        if (
            words
            and not _CONTROLS.search(text)
            and (score := quality(words)) > 0
            and (text not in readings or score > readings[text].confidence)
        ):
            readings[text] = Guess(codec, score, tuple(dict.fromkeys(words))[:20])
    ranked = sorted(readings.values(), key=lambda guess: -guess.confidence)
    if not ranked:
        return Guess("", 0, ())
    first = ranked[0]
    margin = first.confidence - (ranked[1].confidence if len(ranked) > 1 else 0)
    most = _MOST_OF_FEW if first.codec in _SELDOM and len(first.words) < _FEW else 1.0
    rival = ranked[1] if len(ranked) > 1 else Guess("", 0, ())
    confidence = max(0.0, min(first.confidence, 0.65 + 2.3 * margin, most))
    return first._replace(confidence=confidence, rival=(rival.codec, rival.words))


def _share(words: list[str], right: Callable[[str], float]) -> float:
    return sum(map(right, words)) / len(words)


def _latin(languages: tuple[str, ...], others: tuple[str, ...] = ()) -> Callable[[list[str]], float]:
    """Words of Latin letters with a few special ones among them, most of them of one language.

    `others`: what any encoding may have besides; a reading without a letter of `languages` alone is not its own.
    """
    own = frozenset("".join(languages)) - frozenset("".join(others))

    def spelled(word: str) -> float:
        if _MARKS.issuperset(word):
            return 1
        bare = word.strip(_QUOTES)
        special = [letter.lower() for letter in bare if letter > "\x7f" and letter not in "’–"]
        if not special:
            return float(word[0] not in "‘’“”" or not bare[0].islower())
        if (
            not _LATIN.match(re.sub("[’–]", "", bare))
            or _is_oddly_cased(bare)
            or len(special) * 2 > max(len(bare), 3)
        ):
            return 0
        if _PERHAPS_BALTIC.search(bare.lower()):
            return 0.85
        if bare[0] in "Ğğ" or re.search("õ(?!e)", bare.lower()):  # no Turkish word begins so; Portuguese says õe
            return 0.5
        return sum(_WEIGHT.get(letter, 1) for letter in special) / len(special)

    def quality(words: list[str]) -> float:
        names = [word for word in words if not _MONEY.issuperset(word)] or words
        special = [{letter for letter in word.lower() if letter > "\x7f"} - _MARKS for word in names]
        if others and not any(letters & own for letters in special):
            return 0
        covered = max(sum(letters <= set(language) for letters in special) for language in (*languages, *others))
        return _share(names, spelled) * (0.75 + 0.25 * covered / len(names))

    return quality


def _alphabet(script: re.Pattern[str]) -> Callable[[list[str]], float]:
    """Words of one script with vowels in them."""

    def right(word: str) -> float:
        if not script.match(word) or _is_oddly_cased(word):
            return 0
        vowels = sum(letter in _VOWELS for letter in word) / len(word)
        consonants = re.findall(rf"[^{''.join(_VOWELS)}]+", word)
        if "ς" in word[:-1] or word.endswith("σ"):
            return 0
        spoken = len(word) < 3 or (0.25 <= vowels <= 0.8 and max(map(len, consonants), default=0) <= 4)
        return float(spoken) * (0.8 if (word.isupper() and len(word) > 2) or word.islower() else 1)

    return lambda words: _share(words, right) * (1 if sum(map(len, words)) >= 8 and len(words) > 1 else 0.8)


def _is_oddly_cased(word: str) -> bool:
    """A special capital inside a word that is not in capitals, or a capital after a special small letter."""
    if word.isupper():
        return False
    inside = any(letter.isupper() and letter > "\x7f" and before not in "’–" for before, letter in pairwise(word))
    return inside or any(a > "\x7f" and a.islower() and b.isupper() for a, b in pairwise(word))


def _characters(codec: str, *ranges: tuple[int, int]) -> Callable[[list[str]], float]:
    """Words of East Asian characters; `ranges`: where an encoding has its usual ones, as numbers of two bytes."""

    def usual(letter: str) -> bool:
        code = letter.encode(codec, "replace")
        return len(code) == 2 and any(low <= int.from_bytes(code) <= high for low, high in ranges)

    def quality(words: list[str]) -> float:
        letters = [letter for word in words for letter in word if letter > "\x7f"]
        mixed = sum(_script(word) == "mixed" for word in words) / len(words)
        surnames = _SURNAMES.get(codec, "")
        named = sum(word[0] in surnames for word in words) / len(words) if surnames else 1
        return max(0.0, sum(map(usual, letters)) / len(letters) - mixed) * (0.7 + 0.3 * min(1, 2 * named))

    return quality


def _script(word: str) -> str:
    kinds = {"hangul" if "가" <= letter <= "힣" else "kana" if "ぁ" <= letter <= "ヿ" else "han" if "一" <= letter <= "鿿"
             else "ascii" if letter < "\x80" else "other" for letter in word}  # fmt: skip
    return "mixed" if kinds & {"other", "ascii"} or kinds == {"hangul", "han"} else "one"


_HANGUL = range(0xB0A1, 0xC8FF)
_MANY = 8  # this many characters of Chinese would not all lie where Hangul does


def _korean(words: list[str]) -> float:
    codes = _codes(words, "euc_kr")
    return (1 if len(codes) >= _MANY else 0.95) * float(all(code in _HANGUL for code in codes))


def _japanese(words: list[str]) -> float:
    return _characters("euc_jp", (0xA4A1, 0xA5F6), (0xB0A1, 0xCFD3))(words) * _beside_hangul(words, "euc_jp")


def _chinese(words: list[str]) -> float:
    return _characters("gb18030", (0xB0A1, 0xD7F9))(words) * _beside_hangul(words, "gb18030")


def _beside_hangul(words: list[str], codec: str) -> float:
    codes = _codes(words, codec)
    return 0.6 if len(codes) >= _MANY and all(code in _HANGUL for code in codes) else 1


def _codes(words: list[str], codec: str) -> list[int]:
    letters = [letter for word in words for letter in word if letter > "\x7f"]
    return [int.from_bytes(letter.encode(codec, "replace")) for letter in letters]


_CANDIDATES = (
    _Candidate("cp1252", _latin(_WESTERN)),
    _Candidate("iso8859_15", _latin(_WESTERN)),
    _Candidate("mac_roman", _latin(_WESTERN)),
    _Candidate("cp850", _latin(_WESTERN)),
    _Candidate("cp437", _latin(_WESTERN)),
    _Candidate("cp1250", _latin(_CENTRAL, _WESTERN)),
    _Candidate("iso8859_2", _latin(_CENTRAL, _WESTERN)),
    _Candidate("cp852", _latin(_CENTRAL, _WESTERN)),
    _Candidate("cp1254", _latin(_TURKISH, _WESTERN)),
    _Candidate("cp1257", _latin(_BALTIC, _WESTERN)),
    _Candidate("cp1251", _alphabet(_CYRILLIC)),
    _Candidate("koi8_r", _alphabet(_CYRILLIC)),
    _Candidate("koi8_u", _alphabet(_CYRILLIC)),
    _Candidate("cp866", _alphabet(_CYRILLIC)),
    _Candidate("mac_cyrillic", _alphabet(_CYRILLIC)),
    _Candidate("cp1253", _alphabet(_GREEK)),
    _Candidate("iso8859_7", _alphabet(_GREEK)),
    _Candidate("big5", _characters("big5", (0xA440, 0xC67E))),
    _Candidate("cp932", _characters("cp932", (0x829F, 0x8396), (0x889F, 0x9872))),
    _Candidate("euc_jp", _japanese),
    _Candidate("gb18030", _chinese),
    _Candidate("cp949", _korean),
)
NAMES = {
    "cp1252": "Windows-1252", "iso8859_15": "ISO 8859-15", "mac_roman": "Mac Roman", "cp850": "DOS (850)",
    "cp437": "DOS (437)", "cp1250": "Windows-1250", "iso8859_2": "ISO 8859-2", "cp852": "DOS (852)",
    "cp1254": "Windows-1254", "cp1257": "Windows-1257", "cp1251": "Windows-1251", "koi8_r": "KOI8-R",
    "koi8_u": "KOI8-U", "cp866": "DOS (866)", "mac_cyrillic": "Mac Cyrillic",
    "cp1253": "Windows-1253", "iso8859_7": "ISO 8859-7", "big5": "Big5", "cp932": "Shift-JIS", "euc_jp": "EUC-JP",
    "gb18030": "GB18030", "cp949": "EUC-KR",
}  # fmt: skip
