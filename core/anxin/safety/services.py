"""What other rooms and plugins may ask of the safety room."""

from anxin.safety.raising import REASONS, raise_crisis
from anxin.safety.rota import Gap, duty_covered, fill, gaps, set_shift, who

__all__ = ["REASONS", "Gap", "duty_covered", "fill", "gaps", "raise_crisis", "set_shift", "who"]
