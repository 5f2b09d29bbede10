"""From a briefing, a bulletin or a roundup to a message, in the form each kind of channel sends.

Pure: the same briefing gives the same message.  Sends nothing, looks nothing up.  Everything a
publisher wrote is hostile until `clean` has seen it, and is escaped once more by each form.

`forms` has them all, and loads them all; `briefing` is what there is to tell.
"""
