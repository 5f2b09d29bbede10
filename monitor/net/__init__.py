"""The one way out: every connection to the outside is opened or checked in here.

`client` fetches, `guard` says which addresses may be reached, `gate` when, `robots` what.
Decides nothing about what is read, kept or tried again.
"""
