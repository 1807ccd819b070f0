"""The simulated marketplace: 1688 behind the DajiSaaS gateway, over HTTP.

`create_app(MarketplaceConfig())` gives the application; `python -m sandbox.marketplace` runs it.
"""

from sandbox.marketplace.config import MarketplaceConfig

__all__ = ["MarketplaceConfig"]
