"""`rules forms`: which forms of a word stand in what is stored."""

from __future__ import annotations

from monitor.cli import out, place
from monitor.cli.base import Call, Exit, end, say
from monitor.cli.out import Column, of
from monitor.cli.place import Archive
from monitor.errors import StoreError
from monitor.rules.inflections import check_word, forms_of, starts
from monitor.rules.lemmas import knows, lemma
from monitor.store import words

_MOST = 100
_COLUMNS = (Column("form"), Column("texts", right=True))


def run(call: Call, word: str, lang: str) -> None:
    """Ends 1 without a database, 2 where `forms:` does not take the word."""
    check_word(word)
    language = lang.replace("_", "-").split("-", 1)[0].lower()
    missing = None
    try:
        found = _stored(call, word, language)
    except StoreError as error:
        found, missing = None, str(error)
    if call.as_json:
        forms = None if found is None else [{"form": form, "texts": n} for form, n in found]
        out.emit({"word": word, "lang": language, "lemma": lemma(word, language), "forms": forms})
    elif found is not None:
        _show(word, language, found)
    if missing:
        say(missing)
        end(Exit.FAILED)


def _stored(call: Call, word: str, language: str) -> list[tuple[str, int]]:
    settings = place.settings(call)
    with Archive(settings.database) as archive:
        vocabulary = archive.read(lambda tx: words.counted(tx, sorted(starts(word, language))))
    return forms_of(word, language, vocabulary)


def _show(word: str, language: str, found: list[tuple[str, int]]) -> None:
    if not knows(language):
        say(f"there is no dictionary for {language}: a word is only its own form")
    if not found:
        out.lines(f"no form of {word} stands in what is stored")
        return
    out.lines(*out.table(_COLUMNS, [[form, f"{count:,}"] for form, count in found[:_MOST]]))
    if len(found) > _MOST:
        out.lines(f"and {of(len(found) - _MOST, 'form')} more")
