"""Which element comes to which method, and which may stand where.

Names are feedparser's (`names`).  A row without a method: what feedparser does with it, nobody here
asks for.  What stands in no table is either unknown to feedparser, too, or a doubt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from monitor.feeds.draft import Draft
from monitor.feeds.elements import Aside, Channel

Read: TypeAlias = Callable[..., None]
Table: TypeAlias = dict[str, Read | None]


def _table(*rows: tuple[str, Read | None]) -> Table:
    return {name: read for names, read in rows for name in names.split()}


_UPDATED = "updated modified lastbuilddate dc_date dcterms_modified"
_PUBLISHED = "published issued pubdate dcterms_issued"
_CREATED = "created dcterms_created"
AUTHORS = "author managingeditor dc_creator dc_author itunes_author"
PERSONS = frozenset((*AUTHORS.split(), "contributor"))
_TEXTS = (
    "rights copyright dc_rights subtitle tagline itunes_subtitle info feedburner_browserfriendly"
)
# feedparser keeps them, where nobody looks.
_KEPT = """
    generator cloud webmaster dc_publisher contributor dc_contributor name email url uri homepage
    width height expirationdate dcterms_valid itunes_block itunes_explicit itunes_name itunes_email
    media_rating media_credit media_restriction media_license media_player
    georss_point georss_line georss_polygon georss_box
"""
MEDIA = _table(
    ("media_title", Draft.read_media_title),
    ("media_description", Draft.read_caption),
    ("media_content", Draft.read_media_content),
    ("media_thumbnail", Draft.read_thumbnail),
    ("media_keywords", Draft.read_keywords),
    ("media_category", Draft.read_category),
    ("media_group media_rating media_credit media_restriction media_license media_player", None),
)
ENTRY = MEDIA | _table(
    ("title dc_title", Draft.read_title),
    ("link", Draft.read_link),
    ("feedburner_origlink", Draft.read_original),
    ("guid id", Draft.read_guid),
    ("description dc_description", Draft.read_description),
    ("summary itunes_summary", Draft.read_summary),
    ("content", Draft.read_content),
    ("content_encoded", Draft.read_encoded),
    (_PUBLISHED, Draft.read_published),
    (_UPDATED, Draft.read_updated),
    (_CREATED, Draft.read_created),
    (AUTHORS, Draft.read_author),
    ("category keywords dc_subject", Draft.read_category),
    ("itunes_category", Draft.read_itunes_category),
    ("itunes_keywords", Draft.read_keywords),
    ("enclosure", Draft.read_enclosure),
    ("itunes_image", Draft.read_itunes_image),
    ("source image", Draft.read_aside),
    ("creativecommons_license", Draft.read_licence),
    (f"{_TEXTS} {_KEPT} language dc_language", None),
)
CHANNEL = _table(
    ("title dc_title", Channel.read_title),
    ("link", Channel.read_link),
    ("guid id", Channel.read_guid),
    ("language dc_language", Channel.read_language),
    ("description dc_description", Channel.read_description),
    ("summary itunes_summary", Channel.read_summary),
    ("content content_encoded", Channel.read_content),
    ("image textinput", Channel.read_image),
    (f"{_TEXTS} {_KEPT} {_UPDATED} {_PUBLISHED} {_CREATED} {AUTHORS}", None),
    ("category keywords dc_subject itunes_category itunes_keywords itunes_image", None),
    ("enclosure media_content media_thumbnail media_keywords media_category", None),
    ("media_description", None),
    ("itunes_owner itunes_link creativecommons_license cc_license", None),
)


IMAGE = _table(("title", Aside.read_title), ("link description url href width height", None))
TEXT_INPUT = _table(("title", Aside.read_title), ("link description name", None))
SOURCE = _table(
    ("title", Aside.read_title),
    (f"id guid link category generator rights subtitle {_UPDATED} {_PUBLISHED}", None),
)
PERSON = _table(("name", Aside.keep_name), ("email uri url homepage", None))
OWNER = _table(("name email uri url homepage itunes_name itunes_email", None))
CATEGORY = _table(("itunes_category", None))
NOTHING: Table = {}
ROOT = _table(("channel image textinput", None))

ALL_TEXTS = frozenset(
    (f"title dc_title media_title description dc_description media_description summary content"
     f" itunes_summary content_encoded {_TEXTS}").split()
)  # fmt: skip
# Names without a meaning of their own under which feedparser keeps what we read.
TAKEN = frozenset(
    ("date", "links", "authors", "title_detail", "summary_detail", "description_detail",
     "media_description_detail")
)  # fmt: skip
