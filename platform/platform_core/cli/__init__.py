"""`thidua`: the operator's commands."""

from platform_core.cli.main import main

__all__ = ["main"]
