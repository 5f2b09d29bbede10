"""How pages print that something is so old, in the languages of news sites."""

from __future__ import annotations

import re

_UNITS = "s|m|h|d|min|mins|hrs?|secs?|seconds?|minutes?|hours?|days?|weeks?|months?|years?"
_BEFORE = "vor|il y a|hace|há|منذ|قبل|לפני"  # what follows is the age
_BEHIND = "fa|siden|sedan|temu|назад|тому|önce|lalu|पहले|پیش|ที่แล้ว"
_UNSPACED = "(?:分钟|小时|天|分鐘|小時|日|時間|分|시간|일) ?[前전]"

# A text that says no more than that.
WHOLE = re.compile(
    rf"(?:about |over |an? |one )?\d* ?(?:{_UNITS})\.? ago|(?:{_BEFORE}) (?:\d+|\w{{2,5}}) \w+"
    rf"|\d+ \w+ (?:{_BEHIND})|\d+ ?{_UNSPACED}",
    re.IGNORECASE,
)
# A short text with a figure that says so among other things.
WITHIN = re.compile(
    rf"\d+ ?(?:{_UNITS})\.? ago|(?:{_BEFORE}|{_BEHIND})\b|{_UNSPACED}", re.IGNORECASE
)
