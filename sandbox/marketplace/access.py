"""Who may call: the app key, and a signature or the secret in clear (contract section 2)."""

from __future__ import annotations

import hmac

from sandbox.marketplace.config import MarketplaceConfig
from sandbox.marketplace.envelope import UNAUTHORISED, GatewayRefusal
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.signing import TIMED, covered_by_time, signature
from sandbox.marketplace.switches import Switches


def check_access(
    call: ApiCall, config: MarketplaceConfig, switches: Switches, now_ms: int | None = None
) -> None:
    """Raises GatewayRefusal 401 unless the call proves that it knows the secret.

    `now_ms` is the gateway's clock, for what holds a time.
    """
    if call.optional_text("appKey") != config.app_key:
        raise GatewayRefusal(UNAUTHORISED, "appKey不存在或已停用")
    sign, secret = call.optional_text("sign"), call.optional_text("appSecret")
    if sign is not None and secret is not None:
        raise GatewayRefusal(UNAUTHORISED, "sign与appSecret不能同时传递")
    timed = call.is_json and switches.nested_signing in TIMED
    spared = timed and switches.nested_signing == "time_secret"
    if timed and (spared or secret is None):
        _check_time(call, switches, now_ms)
    if sign is not None and not spared:
        signed = covered_by_time(call.pairs, switches.nested_signing) if timed else call.pairs
        _check_sign(sign, signature(signed, config.app_secret, switches.nested_signing))
    elif secret is not None:
        if switches.clear_credentials == "refused" and not spared:
            raise GatewayRefusal(UNAUTHORISED, "请使用签名方式访问，不支持明文appSecret")
        if not hmac.compare_digest(secret.encode(), config.app_secret.encode()):
            raise GatewayRefusal(UNAUTHORISED, "appSecret错误")
    else:
        raise GatewayRefusal(UNAUTHORISED, "sign参数不能为空")


def _check_sign(sign: str, expected: str) -> None:
    if not hmac.compare_digest(sign.encode(), expected.encode()):
        raise GatewayRefusal(UNAUTHORISED, "签名校验失败")


def _check_time(call: ApiCall, switches: Switches, now_ms: int | None) -> None:
    sent = call.optional_integer("requestTime")
    if sent is None:
        raise GatewayRefusal(UNAUTHORISED, "requestTime参数不能为空")
    if now_ms is not None and abs(sent - now_ms) > switches.request_time_tolerance_seconds * 1000:
        raise GatewayRefusal(UNAUTHORISED, "requestTime已过期")
