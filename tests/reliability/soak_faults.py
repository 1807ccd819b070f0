"""Marketplace and Telegram misbehaving at random, within bounds, from a seed."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
from soak_people import GOODS

MARKET_KINDS = (
    "http_500",
    "http_502_html",
    "throttle_429",
    "cut_before",
    "cut_mid_answer",
    "reset_after_answer",
    "cut_gzip",
    "slow",
    "answer_lost",
    "not_json",
    "null_data",
    "missing_ids",
)
_MAY_TAKE_EFFECT = {"http_500", "http_502_html", "throttle_429", "cut_before"}
ENDPOINTS = (
    *("create",) * 5,
    *("preview", "order_list", "order_detail", "payment_links", "product_detail"),
    *("keyword_search", "cancel", "*"),
)
SWITCHES: dict[str, tuple[Any, ...]] = {
    "repeated_third_order_id": ("second_order", "same_order", "error"),
    "out_order_id_filter": ("honoured", "ignored", "late"),
    "create_answer": ("sent", "sent", "sent", "lost"),
    "create_success_flag": ("true", "false_with_order"),
    "split_orders": ("over_50", "always"),
    "stock_shortage": ("refuse_all", "order_the_rest"),
    "refusals": ("success_false", "code_1009"),
    "throttling": ("none", "none", "http_429"),
    "push_delivery": ("on", "on", "off"),
    "push_times": (1, 2, 3),
    "push_order": ("born", "reversed", "random"),
    "push_delay_seconds": (0, 0.5, 3),
    "push_signature": ("official", "bare"),
}
_NEXT = {
    "waitsellersend": ("ship",),
    "waitbuyerreceive": ("receive",),
    "confirm_goods": ("complete",),
}
TELEGRAM_KINDS = ("http_500", "http_502_html", "flood_429", "cut_before", "cut_after", "slow")
METHODS = ("sendMessage", "editMessageText", "sendPhoto", "answerCallbackQuery", "getUpdates", "*")


@dataclass
class Mischief:
    """Turns faults on and off; `stop` leaves both worlds as they should be."""

    telegram: httpx.AsyncClient
    market: httpx.AsyncClient
    random: random.Random
    push_url: str = ""
    goods: tuple[int, ...] = GOODS  # whose prices and stock move
    every: tuple[float, float] = (1.0, 3.0)
    made: Counter[str] = field(default_factory=Counter)
    _dearer: set[int] = field(default_factory=set)

    async def stock_up(self) -> None:
        for offer in self.goods:
            await self._ok(self.market.post(f"/sandbox/offers/{offer}", json={"stock": 500_000}))

    async def go_on(self) -> None:
        """Until cancelled."""
        while True:
            await self._calm()
            for _ in range(self.random.randint(0, 3)):
                await self.random.choice((self._market, self._market, self._telegram))()
            await self._switches()
            if self.random.random() < 0.4:
                await self._goods()
            if self.random.random() < 0.5:
                await self._sellers()
            await asyncio.sleep(self.random.uniform(*self.every))

    async def stop(self) -> None:
        await self._calm()
        body = {"cancel_after_seconds": 1, "push_url": self.push_url}
        await self._ok(self.market.put("/sandbox/switches", json=body))
        await self._ok(self._flood(on=False))
        await self.stock_up()

    async def hold_up(self) -> None:
        """Have the next orders take long, before and after they are sent."""
        for endpoint in ("preview", "create"):
            fault = {"kind": "slow", "endpoint": endpoint, "seconds": 6, "times": 4}
            self.made[f"marketplace {endpoint} held up"] += 1
            await self._ok(self.market.post("/sandbox/faults", json=fault))

    async def _calm(self) -> None:
        await self._ok(self.market.delete("/sandbox/faults"))
        await self._ok(self.telegram.delete("/sandbox/botapi/faults"))

    async def _market(self) -> None:
        kind, endpoint = self.random.choice(MARKET_KINDS), self.random.choice(ENDPOINTS)
        fault: dict[str, Any] = {"kind": kind, "endpoint": endpoint}
        fault |= {"times": self.random.randint(1, 4), "after": self.random.randint(0, 2)}
        if kind == "slow":
            fault["seconds"] = round(self.random.uniform(0.3, 3.0), 2)
        if kind in _MAY_TAKE_EFFECT and self.random.random() < 0.4:
            fault["processed"] = True
        self.made[f"marketplace {kind}"] += 1
        await self._ok(self.market.post("/sandbox/faults", json=fault))

    async def _telegram(self) -> None:
        method = self.random.choice(METHODS)
        kinds = (*TELEGRAM_KINDS, "conflict_409") if method == "getUpdates" else TELEGRAM_KINDS
        fault = {
            "method": method,
            "kind": self.random.choice(kinds),
            "times": self.random.randint(1, 8),
            "seconds": round(self.random.uniform(0.2, 2.0), 2),
        }
        self.made[f"telegram {fault['kind']}"] += 1
        await self._ok(self.telegram.post("/sandbox/botapi/faults", json=fault))

    async def _switches(self) -> None:
        chosen = {
            name: self.random.choice(values)
            for name, values in SWITCHES.items()
            if self.random.random() < 0.25
        }
        if chosen:
            self.made["marketplace switch"] += 1
        body: dict[str, Any] = {"cancel_after_seconds": 1, "out_order_id_late_seconds": 2}
        body |= {"push_url": self.push_url}
        body |= {"throttle_per_second": 30} | chosen
        await self._ok(self.market.put("/sandbox/switches", json=body))
        await self._ok(self._flood(on=self.random.random() < 0.15))

    def _flood(self, *, on: bool) -> Any:
        switches = {"flood_limits": on, "duplicate_updates": on, "webhook_send_twice": on}
        return self.telegram.patch("/sandbox/botapi/switches", json=switches)

    async def _sellers(self) -> None:
        """Ship what was paid; have some parcels arrive and some orders end."""
        answer = await self.market.get("/sandbox/orders")
        going = [each for each in answer.json() if each["status"] in _NEXT]
        for each in self.random.sample(going, min(3, len(going))):
            action = self.random.choice(_NEXT[each["status"]])
            # Refused where it does not fit, as when its buyer was quicker.
            await self.market.post(f"/sandbox/orders/{each['orderId']}/{action}", json={})
            self.made[f"seller {action}"] += 1

    async def _goods(self) -> None:
        """Between preview and create, prices, stock and freight move; goods come back."""
        await self.stock_up()
        offer = self.random.choice(self.goods)
        patch: dict[str, Any]
        what = self.random.choice(("price", "stock", "freight"))
        if what == "price":
            # Up and down again, so that the goods never become free or unaffordable.
            patch = {"priceDelta": -7 if offer in self._dearer else 7}
            self._dearer ^= {offer}
        elif what == "stock":
            patch = {"stock": self.random.choice((0, 3))}
        else:
            fee = self.random.choice(("0", "4.5", "12"))
            patch = {"freight": {"firstFee": fee, "nextFee": "1.5"}, "freePostage": fee == "0"}
        self.made[f"{what} moved"] += 1
        await self._ok(self.market.post(f"/sandbox/offers/{offer}", json=patch))

    async def _ok(self, call: Any) -> None:
        answer: httpx.Response = await call
        if answer.is_error:
            raise RuntimeError(f"{answer.request.url}: {answer.text[:300]}")
