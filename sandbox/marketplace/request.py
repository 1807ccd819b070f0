"""One call as the gateway reads it: its parameters in the order sent, and typed access to them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from aiohttp import web

from sandbox.marketplace.envelope import BAD_PARAMETER, GatewayRefusal

JSON_TYPE = "application/json"


@dataclass(frozen=True)
class ApiCall:
    """The parameters of a call, whatever carried them.

    Query and form values are text; a JSON body keeps its types, and its order keys to sign.
    """

    pairs: Sequence[tuple[str, object]]
    base_url: str
    is_json: bool = False
    first: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        """Index the first value of every name."""
        first: dict[str, object] = {}
        for name, value in self.pairs:
            first.setdefault(name, value)
        object.__setattr__(self, "first", first)

    def optional_text(self, name: str) -> str | None:
        """The text, or None when absent, null or empty; refuses another JSON type."""
        value = self.first.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise GatewayRefusal(BAD_PARAMETER, f"{name}参数类型错误，应为字符串")
        return value

    def text(self, name: str) -> str:
        """The text; refuses an absent or empty one."""
        value = self.optional_text(name)
        if value is None:
            raise GatewayRefusal(BAD_PARAMETER, f"{name}参数不能为空")
        return value

    def optional_integer(self, name: str) -> int | None:
        """The number: bare in JSON, digits elsewhere; None when absent or empty."""
        value = self.first.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and not self.is_json and value.isascii() and value.isdigit():
            return int(value)
        raise GatewayRefusal(BAD_PARAMETER, f"{name}参数类型错误，应为整数")

    def integer(self, name: str, *, at_least: int = 1, at_most: int | None = None) -> int:
        """A required number within bounds."""
        value = self.optional_integer(name)
        if value is None:
            raise GatewayRefusal(BAD_PARAMETER, f"{name}参数不能为空")
        if value < at_least:
            raise GatewayRefusal(BAD_PARAMETER, f"{name}参数不能小于{at_least}")
        if at_most is not None and value > at_most:
            raise GatewayRefusal(BAD_PARAMETER, f"{name}参数不能大于{at_most}")
        return value

    def optional_yuan(self, name: str) -> Decimal | None:
        """A price bound in yuan, written as text."""
        value = self.optional_text(name)
        if value is None:
            return None
        try:
            amount = Decimal(value)
        except InvalidOperation:
            raise GatewayRefusal(BAD_PARAMETER, f"{name}参数格式错误") from None
        if not amount.is_finite() or amount < 0:
            raise GatewayRefusal(BAD_PARAMETER, f"{name}参数格式错误")
        return amount


async def read_call(request: web.Request, base_url: str) -> ApiCall:
    """Read the parameters from the query (GET), the form or the JSON body (POST)."""
    if request.method == "GET":
        return ApiCall(pairs=tuple(request.query.items()), base_url=base_url)
    if request.content_type == JSON_TYPE:
        return ApiCall(pairs=_json_pairs(await request.read()), base_url=base_url, is_json=True)
    try:
        form = await request.post()
    except ValueError:
        raise GatewayRefusal(BAD_PARAMETER, "请求体不是合法的表单") from None
    pairs: list[tuple[str, object]] = []
    for name, value in form.items():
        if not isinstance(value, str):
            raise GatewayRefusal(BAD_PARAMETER, f"{name}参数应为文本字段，而不是文件")
        pairs.append((name, value))
    return ApiCall(pairs=(*pairs, *request.query.items()), base_url=base_url)


def _json_pairs(content: bytes) -> tuple[tuple[str, object], ...]:
    try:
        body = json.loads(content)
    except ValueError:
        raise GatewayRefusal(BAD_PARAMETER, "请求体不是合法的JSON") from None
    if not isinstance(body, dict):
        raise GatewayRefusal(BAD_PARAMETER, "请求体应为JSON对象")
    return tuple(body.items())
