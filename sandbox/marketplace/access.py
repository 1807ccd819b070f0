"""Who may call: the app key, and a signature or the secret in clear (contract section 2)."""

from __future__ import annotations

import hmac

from sandbox.marketplace.config import MarketplaceConfig
from sandbox.marketplace.envelope import UNAUTHORISED, GatewayRefusal
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.signing import signature
from sandbox.marketplace.switches import Switches


def check_access(call: ApiCall, config: MarketplaceConfig, switches: Switches) -> None:
    """Raises GatewayRefusal 401 unless the call proves that it knows the secret."""
    if call.optional_text("appKey") != config.app_key:
        raise GatewayRefusal(UNAUTHORISED, "appKey不存在或已停用")
    sign, secret = call.optional_text("sign"), call.optional_text("appSecret")
    if sign is not None and secret is not None:
        raise GatewayRefusal(UNAUTHORISED, "sign与appSecret不能同时传递")
    if sign is not None:
        expected = signature(call.pairs, config.app_secret, switches.nested_signing)
        if not hmac.compare_digest(sign.encode(), expected.encode()):
            raise GatewayRefusal(UNAUTHORISED, "签名校验失败")
    elif secret is not None:
        if switches.clear_credentials == "refused":
            raise GatewayRefusal(UNAUTHORISED, "请使用签名方式访问，不支持明文appSecret")
        if not hmac.compare_digest(secret.encode(), config.app_secret.encode()):
            raise GatewayRefusal(UNAUTHORISED, "appSecret错误")
    else:
        raise GatewayRefusal(UNAUTHORISED, "sign参数不能为空")
