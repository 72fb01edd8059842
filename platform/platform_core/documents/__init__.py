"""Papers and sheets: the platform's press behind `plugin_api.papers`."""

from platform_core.documents.press import Press

__all__ = ["Press"]
