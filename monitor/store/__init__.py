"""The database: every SQL statement of the project, and nothing that decides.

`db.Store` runs functions that take a `db.Tx`; the modules here are such functions by noun.
"""
