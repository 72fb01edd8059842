"""English is complete: every sentence that people read has its translation, with the same values to fill in."""

from pathlib import Path

import pytest
from outside import outside_distribution

SAID = '_("Chào %(name)s", name=name)\nmark("Lưu")\nngettext("một tệp", "%(num)s tệp", 2)\n'
HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)
HELLO = 'msgid "Chào %(name)s"\nmsgstr "Hello %(name)s"\n\n'
SAVE = 'msgid "Lưu"\nmsgstr "Save"\n\n'
FILES = 'msgid "một tệp"\nmsgid_plural "%(num)s tệp"\nmsgstr[0] "one file"\nmsgstr[1] "%(num)s files"\n\n'


@pytest.fixture
def words(lint):
    return lint("words")


def domain(words, folder: Path, catalogue: str):
    """A package that says three sentences, with this English."""
    (folder / "said.py").write_text(SAID)
    (folder / "said.po").write_text(HEADER + catalogue)
    return words.Domain("planted", folder / "said.po", (folder,))


def test_every_sentence_has_its_english(words):
    missing = [fault for one in words.domains() for fault in words.catalogue_faults(one)]
    assert missing == []


def test_a_complete_catalogue_passes(words, tmp_path):
    assert list(words.catalogue_faults(domain(words, tmp_path, HELLO + SAVE + FILES), tmp_path)) == []


@pytest.mark.parametrize(("catalogue", "expected"), [
    (HELLO + FILES, "no English for “Lưu”"),
    (HELLO + FILES + 'msgid "Lưu"\nmsgstr ""\n', "no English for “Lưu”"),
    (HELLO + SAVE + FILES.replace("%(num)s files", ""), "no English for “một tệp”"),
    (HELLO.replace("Hello %(name)s", "Hello %(who)s") + SAVE + FILES, "fills in other values"),
    (HELLO + FILES + "#, fuzzy\n" + SAVE, "marked fuzzy"),
    (HELLO + SAVE + FILES + 'msgid "Xóa"\nmsgstr "Delete"\n', "nobody says “Xóa” any more"),
])
def test_a_gap_is_found(words, tmp_path, catalogue, expected):
    found = list(words.catalogue_faults(domain(words, tmp_path, catalogue), tmp_path))
    assert len(found) == 1
    assert expected in found[0]


def test_writing_adds_what_is_new_and_keeps_what_was_translated(words, tmp_path):
    before = domain(words, tmp_path, SAVE + 'msgid "Xóa"\nmsgstr "Delete"\n')
    words.write(before, tmp_path)
    found = list(words.catalogue_faults(before, tmp_path))
    assert [fault.partition("“")[2] for fault in found] == ["Chào %(name)s”", "một tệp”"]


def test_the_words_of_an_outside_module_go_into_its_own_catalogue(tmp_path, monkeypatch, lint):
    package = outside_distribution(tmp_path, "outside_words")
    monkeypatch.syspath_prepend(str(tmp_path))
    words = lint("words")
    domain = next(one for one in words.domains() if one.name == "outside_words")
    missing = list(words.catalogue_faults(domain))
    assert len(missing) == 1 and "Sổ tay outside_words" in missing[0] and str(package) in missing[0]
    words.write(domain)
    written = package / "locales" / "en" / "LC_MESSAGES" / "outside_words.po"
    assert "Sổ tay outside_words" in written.read_text(encoding="utf-8")
