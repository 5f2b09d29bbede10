"""Which words are forms of one word: `simplemma`'s dictionaries, by the item's language.

Without a language English; where simplemma has none, a word is only its own form.
"""

from __future__ import annotations

from functools import lru_cache

from simplemma import Lemmatizer
from simplemma.strategies import DefaultStrategy
from simplemma.strategies.dictionaries import LOW_MEMORY_DICTIONARY_FACTORY
from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

from monitor.text import fold

ENGLISH = "en"

# 2 to 20 MB a language, where the usual one takes up to 150, for a tenth of the speed; answers are
# remembered anyway.
_lemmatizer = Lemmatizer(
    cache_max_size=0,
    lemmatization_strategy=DefaultStrategy(dictionary_factory=LOW_MEMORY_DICTIONARY_FACTORY),
)


@lru_cache(maxsize=1 << 16)
def lemma(word: str, language: str | None) -> str:
    """The folded word under which a dictionary has `word` (case and marks as written)."""
    if not word or not knows(language or ENGLISH):
        return fold(word)
    return fold(_lemmatizer.lemmatize(word, lang=language or ENGLISH))


def knows(language: str) -> bool:
    """Whether there is a dictionary for an ISO 639-1 code."""
    return language in SUPPORTED_LANGUAGES
