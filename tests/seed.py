"""The article that the project began with, laid out in the markup of its era.

Its text is read from the real data; nothing of it stands here.
"""

from __future__ import annotations

import html as entities

SIDE = "<b>Side story headline</b><br>Beirut (AFP) Nov 11, 2017 - Side text.<p>"
URL = "https://www.spacewar.com/reports/Iraq_forces_retake_last_IS-held_town_in_country_999.html"


def _typeset(text: str) -> str:
    return entities.escape(text, quote=False).encode("ascii", "xmlcharrefreplace").decode()


def page(text: str) -> tuple[str, list[str]]:
    """The saved article laid out in the markup of its era, and its body's paragraphs."""
    masthead, section, title, byline, own_dateline = text.split("\n")[:5]
    paragraphs = [p.strip() for p in text.split("\n\n")[1:] if p.strip()]
    initials = paragraphs.index("burs/srm/del")
    body, teaser, tail = paragraphs[:initials], paragraphs[initials + 1], paragraphs[initials + 2 :]
    rows = [f"{_typeset(paragraph)}<p>" for paragraph in body]
    rows.insert(12, SIDE)
    rows.insert(5, '<center><iframe src="https://ads.example/x"></iframe></center>')
    rows += ["burs/srm/del<p>", _typeset(teaser).replace("\n", "<br>") + "<p>"]
    rows += ["<!--RELATED LINKS-->", *(_typeset(p).replace("\n", "<br>") + "<p>" for p in tail)]
    head = [
        f"<html><head><title>{title}</title>",
        f'<meta property="og:url" content="{URL}">',
        '<meta property="og:image" content="https://www.spxdaily.com/images-hg/x-hg.jpg"></head>',
        f"<body><table><tr><td>{masthead}</td></tr></table>",
        f'{section}<h1>{title}<br></h1>\n<span class="BHS">{byline}<br>',
        f"{own_dateline}</span>\n<!--body-2-incontainer.php-->",
    ]
    return "\r\n".join([*head, *rows, "</body></html>"]), body
