"""Text as people read it: folded words with their places, paragraphs, sentences.

Knows no rule, no item and no language's grammar: there is no stemming here, and nothing is guessed.
"""

from __future__ import annotations

from monitor.text.folding import fold
from monitor.text.indexing import index_text, indexed
from monitor.text.passages import paragraph_at, paragraphs, sentence_at
from monitor.text.words import Kind, Token, forms, tokens

__all__ = [
    "Kind",
    "Token",
    "fold",
    "forms",
    "index_text",
    "indexed",
    "paragraph_at",
    "paragraphs",
    "sentence_at",
    "tokens",
]
