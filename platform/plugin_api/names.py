"""Vietnamese names: sorted by given name first, found without case or diacritics."""

import re
import unicodedata

ALPHABET = {letter: place for place, letter in enumerate("0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz", start=3)}
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # ngang < huyền < hỏi < ngã < sắc < nặng
LETTER_MARKS = {"\u0306", "\u0302", "\u031b"}  # ă, â ê ô, ơ ư: letters of their own, not accents
UNKNOWN = 63


def _word_key(word: str) -> bytes:
    """Letters first, then tones: `Hà` < `Hạ` < `Hai`."""
    letters: list[str] = []
    tones: list[int] = []
    for sign in unicodedata.normalize("NFD", word.lower()):
        if sign in TONES and tones:
            tones[-1] = TONES[sign]
        elif sign in LETTER_MARKS and letters:
            letters[-1] = unicodedata.normalize("NFC", letters[-1] + sign)
        elif not unicodedata.combining(sign):
            letters.append(sign)
            tones.append(0)
    return bytes(ALPHABET.get(letter, UNKNOWN) for letter in letters) + b"\1" + bytes(tone + 2 for tone in tones)


def name_key(full_name: str) -> bytes:
    """A sort key equal to the Vietnamese order: given name (the last word), then family and middle names."""
    words = full_name.split()
    return b"\0".join(_word_key(word) for word in [*words[-1:], *words[:-1]])


def search_fold(text: str) -> str:
    """Text without case and diacritics: "nui" finds "Núi", "duc" finds "Đức"."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def search_pattern(words: str) -> str:
    """The words between the `%` of a LIKE: folded as names are stored, its signs taken literally."""
    return re.sub(r"([\\%_])", r"\\\1", search_fold(words))
