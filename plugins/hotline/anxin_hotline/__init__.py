"""Hotline logging: lines and who answers them, calls, risk, what comes after, supervision and what it all adds up to."""
