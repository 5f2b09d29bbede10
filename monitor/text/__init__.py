"""Text as people read it: folded words with their places, paragraphs, sentences.

Knows no rule, no item and no language's grammar: there is no stemming here, and nothing is guessed.
"""

from __future__ import annotations

from monitor.text.chunks import Chunk, Chunks
from monitor.text.exact import exact_forms, is_in_capitals
from monitor.text.folding import fold, plain
from monitor.text.indexing import index_text, indexed
from monitor.text.lookup import Lookup
from monitor.text.passages import (
    first_paragraph,
    is_parted,
    paragraph_at,
    paragraphs,
    sentence_at,
    sentences,
)
from monitor.text.scan import Scan, forms
from monitor.text.words import Kind, Token, tokens

__all__ = [
    "Chunk",
    "Chunks",
    "Kind",
    "Lookup",
    "Scan",
    "Token",
    "exact_forms",
    "first_paragraph",
    "fold",
    "forms",
    "index_text",
    "indexed",
    "is_in_capitals",
    "is_parted",
    "paragraph_at",
    "paragraphs",
    "plain",
    "sentence_at",
    "sentences",
    "tokens",
]
