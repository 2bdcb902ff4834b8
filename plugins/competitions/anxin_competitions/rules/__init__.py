"""The rules of competing as pure functions: no tenant, no database, the same answer for the same input for ever.

A ranking is recomputed from raw marks by these alone, so a result can be checked by anybody who has the marks.
"""
