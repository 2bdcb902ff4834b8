"""The contracts room's pages, gathered: the list over employers, contracts, statements, roll-ups."""

from anxin.contracts import contract_pages, employer_pages, rollup_pages, statement_pages
from anxin.contracts.blueprint import bp

__all__ = ["bp", "contract_pages", "employer_pages", "rollup_pages", "statement_pages"]
