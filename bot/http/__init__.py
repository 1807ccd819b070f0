"""The one way out: proxies, trust roots, limits on connections, and how failures are read.

Telegram, the marketplace, its pictures and short links, and the doctor all ask through here.
"""
