"""One entry while its elements are read, step by step as in feedparser's methods of those names."""

from __future__ import annotations

from operator import itemgetter
from typing import cast

from monitor.feeds.doubts import Doubt, Doubtful
from monitor.feeds.elements import (
    HTML,
    PLAIN,
    Attributes,
    Context,
    Position,
    href_of,
    language,
    mended,
)
from monitor.feeds.entry import Entry, Text, is_picture, mailbox

_THUMBNAIL, _CONTENT, _ENCLOSED = range(3)  # images, the best first


class Draft(Context):
    """One entry while it is read.  What is not there costs nothing: the class has the defaults."""

    title_lang: str | None = None
    title_at: int | None = None
    summary: str | None = None
    summary_kind: str | None = None
    summary_lang: str | None = None
    summary_at: int | None = None
    guid: str | None = None
    author: str | None = None
    published: str | None = None
    updated: str | None = None
    created: str | None = None
    caption: Text | None = None
    itunes_image = original = ""
    addressed = has_line = False

    def __init__(self, position: Position) -> None:
        self.position = position
        self.hrefs, self.alternates = [], []
        self.contents: list[Text] = []
        self.names: list[str] = []
        self.tags: list[str] = []
        self.images: list[tuple[int, str]] = []
        position.title_depth = -1

    def read_title(self, given: Attributes, text: str) -> None:
        position, kind = self.position, PLAIN
        depth, lang = position.depth, position.lang
        if given or "&" in text or "</" in text:
            kind, lang = self.kind_of(given, text, PLAIN), language(given, lang)
        text = text if text.isascii() else mended(text)
        if not -1 < position.title_depth <= depth:
            if self.title_at is None or depth <= self.title_at:
                self.title, self.title_at = text, depth
            self.title_kind, self.title_lang = kind, lang
        if text:
            position.title_depth = depth

    def read_media_title(self, given: Attributes, text: str) -> None:
        kept = self.position.title_depth
        self.read_title(given, text)
        self.position.title_depth = kept

    def read_description(self, given: Attributes, text: str) -> None:
        self._read_text(given, text, HTML)

    def read_caption(self, given: Attributes, text: str) -> None:
        kind = self.kind_of(given, text, HTML)
        self.caption = (text if text.isascii() else mended(text), kind)

    def read_summary(self, given: Attributes, text: str) -> None:
        self._read_text(given, text, PLAIN)

    def _read_text(self, given: Attributes, text: str, kind: str) -> None:
        position = self.position
        if self.summary is not None and not position.has_content:
            self.read_content(given, text)
            return
        lang = position.lang
        if given or kind == PLAIN:
            kind, lang = self.kind_of(given, text, kind), language(given, lang)
        text = text if text.isascii() else mended(text)
        self.summary_kind, self.summary_lang = kind, lang
        if self.summary_at is None or position.depth <= self.summary_at:
            self.summary, self.summary_at = text, position.depth

    def read_content(self, given: Attributes, text: str, default: str = PLAIN) -> None:
        self.position.has_content = True
        kind = self.kind_of(given, text, default)
        text = text if text.isascii() else mended(text)
        self.contents.append((text, kind))
        if self.summary is None:
            self.summary = text

    def read_encoded(self, given: Attributes, text: str) -> None:
        self.read_content(given, text, HTML)

    def read_original(self, given: Attributes, text: str) -> None:
        self.original = "" if given else mended(text)

    def keep_guid(self, text: str) -> None:
        self.guid = text

    def unreal_references(self, text: str) -> str:
        return super().unreal_references(text.replace("&amp;", "&"))

    def read_published(self, _: Attributes, text: str) -> None:
        self.published = text if text.isascii() else mended(text)

    def read_updated(self, _: Attributes, text: str) -> None:
        self.updated = text if text.isascii() else mended(text)

    def read_created(self, _: Attributes, text: str) -> None:
        self.created = text if text.isascii() else mended(text)

    def read_author(self, _: Attributes, text: str) -> None:
        """A line; feedparser takes the address out of it, which `finished` does without."""
        self.author = text = text if text.isascii() else mended(text)
        self.addressed = self.addressed or "@" in text
        if text:
            self.has_line = True
            self.names.append(text)

    def keep_person(self, name: str) -> None:
        """An author whose name stands in an element of its own.

        Behind one who is a mere line, feedparser gives the name to both.
        """
        if not name or "@" in name or "<" in name or self.has_line:
            raise Doubtful(Doubt.AUTHOR)
        self.author = name
        self.names.append(name)

    def read_category(self, given: Attributes, text: str) -> None:
        found: str | None = text if text.isascii() else mended(text)
        if given:
            term = given.get("term")
            if (term and text) or ("label" in given and not term):
                raise Doubtful(Doubt.CATEGORY)
            found = given.get("label") or term or found
        if found:
            self.tags.append(found)

    def read_itunes_category(self, given: Attributes, text: str) -> None:
        self.read_category({"term": given.get("text", "")}, text)

    def read_keywords(self, given: Attributes, text: str) -> None:
        if not given:
            self.tags.extend(filter(None, map(str.strip, mended(text).split(","))))

    def read_enclosure(self, given: Attributes, _: str) -> None:
        href = href_of(given) or ""
        self.hrefs.append(href)
        self.keep_enclosure(given, href)

    def keep_enclosure(self, given: Attributes, href: str) -> None:
        if is_picture(given, href):
            self.images.append((_ENCLOSED, href))

    def read_media_content(self, given: Attributes, _: str) -> None:
        address = given.get("url") or given.get("href") or ""
        if is_picture(given, address):
            self.images.append((_CONTENT, address))

    def read_thumbnail(self, given: Attributes, text: str) -> None:
        address = given["url"] if "url" in given else mended(self.position.resolved(text))
        self.images.append((_THUMBNAIL, address))

    def read_itunes_image(self, given: Attributes, _: str) -> None:
        if address := given.get("href") or given.get("url"):
            self.itunes_image = address

    def read_licence(self, _: Attributes, text: str) -> None:
        self.hrefs.append(mended(text))

    def read_aside(self, _: Attributes, text: str) -> None:
        """A source or an image, of which feedparser knows that they may have titles."""
        self.position.title_depth = -1

    def finished(self) -> Entry:
        """What stands in `author` decides there alone whose the entry is, if it is a mailbox."""
        if self.addressed and not mailbox(self.author or ""):
            raise Doubtful(Doubt.AUTHOR)
        images: list[str] = []
        if self.images or self.itunes_image:
            images = [address for _, address in sorted(self.images, key=itemgetter(0))]
            images.append(self.itunes_image)
        texts = self.contents
        if self.summary and self.summary_kind is not None:
            texts.append((self.summary, self.summary_kind))
        lang, guid, link = self.title_lang or self.summary_lang, self.guid, self.link
        # As it is unpacked once and never asked for a name, it need not know its names.
        return cast(
            Entry,
            (
                (self.title, self.title_kind) if self.title else None,
                tuple(texts),
                (guid.strip() or None) if guid else None,
                self.original or link or "",
                link in self.hrefs,
                tuple(self.alternates),
                self.author,
                tuple(self.names),
                self.published or None,
                self.updated or None,
                self.created or None,
                lang.replace("_", "-") if lang else None,
                tuple(self.tags),
                tuple(images),
                self.caption,
            ),
        )
