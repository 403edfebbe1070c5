import re

from hypothesis import assume, given
from hypothesis import strategies as st

from complaints.numbers import ALPHABET, new_number, new_pin, read_number, read_pin

characters = st.sampled_from(ALPHABET)
numbers = st.builds(new_number)


def test_a_number_is_two_groups_of_four_with_a_check_character():
    assert re.fullmatch(
        r"ADU-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]", new_number()
    )


@given(numbers)
def test_a_number_is_read_as_it_was_written(number):
    assert read_number(number) == number


@given(numbers)
def test_case_spaces_dashes_do_not_count(number):
    typed = f"  {number.lower().replace('-', ' ')} "

    assert read_number(typed) == number


@given(numbers)
def test_letters_that_look_like_digits_are_read_as_digits(number):
    body = number.removeprefix("ADU-").replace("1", "I").replace("0", "O")

    assert read_number(f"ADU-{body}") == number


@given(numbers, st.integers(min_value=4, max_value=14), characters)
def test_one_wrong_character_is_found(number, place, wrong):
    assume(number[place] not in ("-", wrong))

    assert read_number(number[:place] + wrong + number[place + 1 :]) is None


@given(st.text())
def test_any_text_is_a_number_or_none(text):
    assert read_number(text) in {None, text.strip().upper()} or read_number(text).startswith("ADU")


def test_a_pin_is_eight_digits():
    assert re.fullmatch(r"[0-9]{8}", new_pin())


def test_a_pin_may_be_typed_with_spaces():
    assert read_pin(" 1234 56-78 ") == "12345678"
