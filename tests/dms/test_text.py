"""Vietnamese text: what is stored, what is found, and in which order it is listed."""

import unicodedata
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.text import clean, collation_key, fold, name_key

VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
ANY = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
WORDS = st.text(alphabet=VIETNAMESE + VIETNAMESE.upper() + "  -")


# --- clean


def test_text_typed_in_decomposed_form_is_stored_like_any_other() -> None:
    typed = unicodedata.normalize("NFD", "Nguyễn Thị Thuỳ Dương")
    assert typed != "Nguyễn Thị Thuỳ Dương"
    assert clean(typed) == "Nguyễn Thị Thuỳ Dương"


def test_runs_of_space_line_ends_and_tabs_become_one_space() -> None:
    assert clean("  Sở\u00a0 Nội\r\n\tvụ ") == "Sở Nội vụ"


@pytest.mark.parametrize("hidden", ["\u00ad", "\u200c", "\u200d", "\u2060", "\ufeff", "\u202e"])
def test_an_invisible_mark_inside_a_word_does_not_split_it(hidden: str) -> None:
    assert clean(f"Nguy{hidden}ễn") == "Nguyễn"


def test_a_mark_hidden_between_a_letter_and_its_tone_leaves_one_letter() -> None:
    assert clean("a\u200d\u0301") == "á"


@pytest.mark.parametrize("control", ["\x00", "\x1b", "\x7f", "\u200b"])
def test_a_control_character_counts_as_a_space(control: str) -> None:
    assert clean(f"Sở{control}Nội vụ{control}") == "Sở Nội vụ"


@given(ANY)
def test_cleaned_text_is_clean(value: str) -> None:
    once = clean(value)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == " ".join(once.split())
    assert not any(unicodedata.category(c) in {"Cc", "Cf"} for c in once)


# --- fold


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        ("Nguyễn Thị Thuỳ Dương", "nguyen thi thuy duong"),
        ("ĐẶNG HỮU PHƯỚC", "dang huu phuoc"),
        ("Sở Khoa học & Công nghệ", "so khoa hoc cong nghe"),
        ("Số: 12/QĐ-UBND", "so 12 qd ubnd"),
        ("Ðà Nẵng", "da nang"),  # the Icelandic letter that old Vietnamese fonts put in place of Đ
        ("ﬁle đính kèm", "file dinh kem"),  # the ligature that text taken out of a PDF holds
        ("№ １２", "no 12"),
        ("", ""),
        ("–", ""),
    ],
)
def test_what_is_written_is_found_without_diacritics(written: str, searched: str) -> None:
    assert fold(written) == searched


@given(WORDS)
def test_case_and_unicode_form_make_no_difference_to_a_search(value: str) -> None:
    assert fold(value) == fold(value.upper()) == fold(unicodedata.normalize("NFD", value))


@given(ANY)
def test_the_search_form_is_plain_ascii_words_and_folds_to_itself(value: str) -> None:
    once = fold(value)
    assert fold(once) == once
    assert set(once) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert once == " ".join(once.split())


@given(ANY)
def test_cleaning_changes_nothing_that_a_search_would_see_of_vietnamese(value: str) -> None:
    visible = "".join(c for c in value if unicodedata.category(c)[0] != "C")
    assert fold(clean(visible)) == fold(visible)


def test_every_vietnamese_letter_folds_to_its_latin_one() -> None:
    assert {fold(letter) for letter in VIETNAMESE} == set("abcdeghiklmnopqrstuvxy")


# --- order


def test_letters_come_in_the_order_of_the_vietnamese_alphabet() -> None:
    alphabet = list("aăâbcdđeêghiklmnoôơpqrstuưvxy")
    assert sorted("yxvưutsrqpơôonmlkihgêeđdcbâăa", key=collation_key) == alphabet


def test_tones_come_in_the_order_of_the_dictionary() -> None:
    for order in permutations(["ma", "mà", "mả", "mã", "má", "mạ"]):
        assert sorted(order, key=collation_key) == ["ma", "mà", "mả", "mã", "má", "mạ"]


def test_the_letters_decide_before_any_tone() -> None:
    assert sorted(["má", "mai", "mạ", "ma"], key=collation_key) == ["ma", "má", "mạ", "mai"]


def test_units_are_listed_as_a_reader_looks_for_them() -> None:
    units = ["Sở Y tế", "Sở Xây dựng", "Sở Nội vụ", "Đài Phát thanh", "Sở Công Thương", "Ban Dân tộc", "Xã Long Hồ"]
    assert sorted(units, key=collation_key) == [
        "Ban Dân tộc",
        "Đài Phát thanh",
        "Sở Công Thương",
        "Sở Nội vụ",
        "Sở Xây dựng",
        "Sở Y tế",
        "Xã Long Hồ",
    ]


def test_people_are_listed_by_given_name_then_by_family_name() -> None:
    people = ["Trần Văn Đức", "Lê Thị Anh", "Nguyễn Văn Ánh", "Phạm Thị Dung", "Bùi Văn Đức", "Đỗ Thị Ân", "Võ Ân"]
    assert sorted(people, key=name_key) == [
        "Lê Thị Anh",
        "Nguyễn Văn Ánh",
        "Đỗ Thị Ân",
        "Võ Ân",
        "Phạm Thị Dung",
        "Bùi Văn Đức",
        "Trần Văn Đức",
    ]


@pytest.mark.parametrize("short", ["", " ", "Mai"])
def test_a_name_of_one_word_or_none_has_its_place_too(short: str) -> None:
    assert sorted(["Lê Thị Xuân", short], key=name_key) == [short, "Lê Thị Xuân"]


def test_a_stray_tone_mark_is_no_letter() -> None:
    assert collation_key("b\u0303")[0] == collation_key("b")[0]


def test_foreign_letters_do_not_fall_together() -> None:
    foreign = ["ł", "œ", "я", "中", "\u0141a", "–", "\u0113"]
    assert len({collation_key(each) for each in foreign}) == len(foreign)


@given(WORDS)
def test_the_order_does_not_depend_on_case_or_unicode_form(value: str) -> None:
    assert collation_key(value) == collation_key(value.upper()) == collation_key(unicodedata.normalize("NFD", value))


@given(ANY, ANY)
def test_every_two_texts_can_be_put_in_order(one: str, other: str) -> None:
    assert (collation_key(one) <= collation_key(other)) or (collation_key(other) <= collation_key(one))
    assert (name_key(one) <= name_key(other)) or (name_key(other) <= name_key(one))
