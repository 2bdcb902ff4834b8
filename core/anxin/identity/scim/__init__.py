"""SCIM 2.0 (RFC 7643, 7644): the employer's directory brings new people, changes, leavers and groups by itself.

`tokens.py` says who may, `shapes.py` what is taken (no more than the roster needs), `people.py` and `groups.py` turn the
directory's words into our rows and back, `storage.py` is what `scim2-server` asks, `serving.py` answers a request. The
library is loaded with the first request that needs it.
"""
