"""What an article's page declares: JSON-LD, OpenGraph and other meta elements, microdata, `time`,
its byline.

Knows which statement to believe before which, and says which it believed.  Does not read the
article's text, and guesses no date from prose or from the address.
"""

from monitor.declared.statements import Declared, correct, dated, read
from monitor.declared.times import is_date

__all__ = ["Declared", "correct", "dated", "is_date", "read"]
