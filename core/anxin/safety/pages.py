"""Pages of the safety room: cases for helpers, the duty rota, the two-key look, and the employee's request
for a call.
"""

from anxin.safety import case_pages, duty_pages, glass_pages, own_pages
from anxin.safety.blueprint import bp

__all__ = ["bp", "case_pages", "duty_pages", "glass_pages", "own_pages"]
