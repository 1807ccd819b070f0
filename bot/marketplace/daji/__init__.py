"""1688 through the DajiSaaS gateway: signing, wire models, mapping, client."""
