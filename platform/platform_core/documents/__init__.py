"""Papers and sheets: the platform's renderer behind `plugin_api.papers`."""

from platform_core.documents.renderer import Renderer

__all__ = ["Renderer"]
