"""The habits that are counted in every text, and what each is called in plain words.

A habit is a share: how often something was done (`done`) of the times it could have been (`chances`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habit:
    """`words` say what is done; `group` is punctuation, layout, letters, numbers, emoji or wording."""

    name: str
    group: str
    words: str


HABITS = (
    Habit("exclaims", "punctuation", "ends sentences with an exclamation mark"),
    Habit("exclaims_again", "punctuation", "doubles exclamation marks"),
    Habit("asks_again", "punctuation", "doubles question marks"),
    Habit("trails_off", "punctuation", "ends with three dots or more"),
    Habit("two_dots", "punctuation", "writes two dots where others write one or three"),
    Habit("space_before_mark", "punctuation", "leaves a space before . , ! ? :"),
    Habit("no_space_after_comma", "punctuation", "leaves no space after a comma"),
    Habit("no_space_after_stop", "punctuation", "leaves no space after a full stop, ! or ?"),
    Habit("small_start", "letters", "begins sentences with a small letter"),
    Habit("all_capitals", "letters", "writes whole words in capitals"),
    Habit("capital_inside", "letters", "writes capitals inside a sentence"),
    Habit("emoji", "emoji", "uses emoji or picture signs"),
    Habit("emoji_again", "emoji", "puts several emoji in a row"),
    Habit("emoji_leads", "emoji", "begins a line with an emoji"),
    Habit("emoji_sticks", "emoji", "puts an emoji right after a word without a space"),
    Habit("breaks_lines", "layout", "breaks lines"),
    Habit("blank_lines", "layout", "leaves blank lines"),
    Habit("double_space", "layout", "types more than one space"),
    Habit("bullets", "layout", "begins lines with a sign such as - or *"),
    Habit("commas", "punctuation", "prefers commas to other marks"),
    Habit("dashes", "punctuation", "uses dashes"),
    Habit("slashes", "punctuation", "uses slashes"),
    Habit("brackets", "punctuation", "uses brackets"),
    Habit("quotes", "punctuation", "uses quotation marks"),
    Habit("colons", "punctuation", "uses colons"),
    Habit("semicolons", "punctuation", "uses semicolons"),
    Habit("joins_with_sign", "punctuation", "writes & or + for and"),
    Habit("ornaments", "punctuation", "decorates with signs such as * ~ _ = |"),
    Habit("sign_before_number", "numbers", "puts the sign of a currency before the number"),
    Habit("space_at_currency", "numbers", "leaves a space between number and currency sign"),
    Habit("hyphen_in_numbers", "numbers", "parts digits with a hyphen"),
    Habit("dot_in_numbers", "numbers", "parts digits with a dot or comma"),
    Habit("space_in_numbers", "numbers", "parts digits with a space"),
    Habit("letters_on_number", "numbers", "writes letters right after a number"),
    Habit("drawn_out", "letters", "draws words out by repeating a letter"),
    Habit("one_letter_words", "wording", "uses words of one letter"),
    Habit("small_i", "letters", "writes the word i small"),
    Habit("curly_apostrophe", "punctuation", "uses the curly apostrophe"),
    Habit("long_words", "wording", "uses long words"),
    Habit("short_words", "wording", "uses very short words"),
    Habit("function_words", "wording", "uses many small joining words"),
    Habit("accents", "letters", "writes letters with accents"),
    Habit("open_end", "layout", "ends the text without a mark"),
    Habit("sign_first", "layout", "begins the text with a sign or emoji"),
    Habit("line_a_sentence", "layout", "begins a new line after a sentence"),
    Habit("mixed_case", "letters", "mixes small letters and capitals inside a word"),
)
NUMBER = {habit.name: place for place, habit in enumerate(HABITS)}
COUNT = len(HABITS)
GROUPS = ("punctuation", "layout", "letters", "numbers", "emoji", "wording")
