"""Text that is not UTF-8: the usual encodings are recognised where no other reading is likely, else nothing is read."""

from __future__ import annotations

import pytest

from campaign_runner.model.errors import FileUnusable

WESTERN, RUSSIAN = ("José", "Zoë", "Jürgen"), ("Иван", "Мария", "Сергей")
CENTRAL, GREEK = ("Łukasz", "Jiří", "Michał", "Žofie", "Tomáš"), ("Γιώργος", "Ελένη", "Μαρία")


def _file(names, codec):
    return "".join(["First name,E-mail,Amount\n", *(f"{name},p@example.com,5\n" for name in names)]).encode(codec)


@pytest.mark.parametrize(
    ("codec", "names"),
    [
        *((codec, WESTERN) for codec in ("cp1252", "mac_roman", "cp850", "cp437", "iso8859_15")),
        *((codec, RUSSIAN) for codec in ("cp1251", "koi8_r", "cp866", "mac_cyrillic")),
        *((codec, GREEK) for codec in ("cp1253", "iso8859_7")),
        ("cp1250", CENTRAL), ("big5", ("陳大文", "王小明")), ("shift_jis", ("山田太郎", "鈴木花子")),
        ("gb18030", ("张伟", "李娜", "王芳")), ("euc_kr", ("김철수", "이영희", "박지민")), ("iso2022_jp", ("山田太郎",)),
        ("utf-16", RUSSIAN), ("utf-16-le", RUSSIAN), ("utf-16-be", RUSSIAN), ("utf-32", RUSSIAN), ("utf-32-le", RUSSIAN),
        ("utf-32-be", ("陳大文",)), ("utf-8-sig", RUSSIAN),
    ],
)  # fmt: skip
def test_a_usual_encoding_is_recognised(read, shown, codec, names):
    table = read("q4.csv", _file(names, codec))
    assert [cells[0] for cells in shown(table).values()] == list(names)


@pytest.mark.parametrize("name", ["Grâce", "Benoît", "Ângela", "José", "Zoë"])
def test_one_western_name_is_read(read, shown, name):
    assert next(iter(shown(read("q4.csv", _file([name], "cp1252"))).values()))[0] == name


def test_the_guess_and_its_words_are_named(read):
    assert read("q4.csv", _file(RUSSIAN, "cp1251")).notes == (
        'The file is not UTF-8; it was read as Windows-1251 (confidence 100 %), with words like "Иван", "Мария", "Сергей". '
        "If they look wrong, save the file as “CSV UTF-8” and run again.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("codec", "names"),
    [("cp1254", ("Ayşe", "İbrahim")), ("cp1255", ("דוד", "שרה")), ("cp1256", ("محمد",)), ("cp874", ("สมชาย",)),
     ("cp1250", ("Jiří",)), ("cp1251", ("Иван",)), ("gb18030", ("李娜",)),
     ("cp037", ("Ana",)), ("cp1252", ("Þór", "Guðrún"))],
)  # fmt: skip
def test_what_may_be_something_else_is_refused_with_what_to_do(read, codec, names):
    with pytest.raises(
        FileUnusable, match=r"cannot be recognised for sure.* save it as “CSV UTF-8”|no header row|binary"
    ):
        read("q4.csv", _file(names, codec))


@pytest.mark.parametrize(
    ("codec", "names"), [("cp1257", ("Ģirts",)), ("cp1257", ("Jānis",)), ("cp1257", ("Māra", "Līga")),
                         ("iso8859_4", ("Jānis",)), ("mac_latin2", ("Łukasz",)),
                         ("cp1257", ("Jüri", "Õie", "Ülle"))],
)  # fmt: skip
def test_short_lists_with_two_likely_readings_are_refused(read, codec, names):
    with pytest.raises(FileUnusable, match="cannot be recognised for sure"):
        read("q4.csv", _file(names, codec))


def test_a_list_of_few_words_is_shown_in_its_next_likely_reading_too(read):
    (note,) = read("q4.csv", _file(("Zoë",), "cp1252")).notes
    assert 'The words are few: in Windows-1257 they would be "Zoė".' in note


@pytest.mark.parametrize(("codec", "names"), [
    ("utf-7", ["José", "Zoë Müller", "Łukasz", "Иван"]), ("hz", ["王小明", "张伟 (HR)"]),
])  # fmt: skip
def test_letters_spelled_in_ascii_are_refused_by_the_name_of_the_encoding(read, codec, names):
    for name in names:
        content = f"First name,Amount\nAnna,5\n{name},5\n".encode(codec)
        with pytest.raises(FileUnusable, match=rf"a.csv is in {codec.upper()}, an old encoding.*CSV UTF-8"):
            read("a.csv", content)


def test_plus_signs_tildes_and_braces_are_no_encoding(read, shown):
    odd = [
        "bob+ABC-x@example.com",
        "bob+AOk-1@example.com",
        "+1555123-4567",
        "A+B-C",
        "C+AB-",
        "~{a}",
        "~{}~",
        "+AAA-",
    ]
    rows = shown(read("a.csv", "Own,Amount\n" + "".join(f'"{cell}",5\n' for cell in odd)))
    assert [row[0] for row in rows.values()] == odd
