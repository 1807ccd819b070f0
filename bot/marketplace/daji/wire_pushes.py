"""Wire models of pushes (contract 8). Only topic and message id are strict.

`MailNoChangeModel`'s names are those of the official topic page; that the gateway passes them on
is inferred.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from bot.domain.identifiers import LineId
from bot.marketplace.daji.wire import IdText, Lenient, Moment, OfferNumber, OrderIdText, Text, Wire

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 4_102_444_800_000  # the year 2100


def _id(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("not an id")  # noqa: TRY004  # pydantic takes a ValueError for a refusal
    return str(value).strip()


def _millis(value: Any) -> datetime:
    count = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
    if isinstance(count, bool) or not isinstance(count, int) or not 0 < count < _LATEST:
        raise ValueError("not milliseconds")
    return _EPOCH + timedelta(milliseconds=count)


def _several(value: Any) -> Any:
    """One object may stand for a list of one."""
    return [value] if isinstance(value, dict) else value


class OrderLog(Wire):
    """One line of one order that a parcel holds."""

    order_id: Lenient[OrderIdText] = None
    order_entry_id: Lenient[Annotated[LineId, IdText]] = None


Logs = Annotated[tuple[Lenient[OrderLog], ...], BeforeValidator(_several)]


class TracingModel(Wire):
    """A carrier's news of a parcel."""

    logistics_id: Text = ""
    cp_code: Text = ""
    mail_no: Text = ""
    status_changed: Text = ""
    change_time: Lenient[Moment] = None
    order_logs_items: Lenient[Logs] = None


class MailNoChange(Wire):
    """A parcel's carrier or number was corrected: its orders are read again for what they are."""

    order_logs_items: Lenient[Logs] = None


class BatchEntry(Wire):
    """One order of a batch payment."""

    order_id: OrderIdText
    status: Text = ""


class InventoryChange(Wire):
    """One offer whose stock changed, once for each of its variants."""

    offer_id: Lenient[OfferNumber] = None


class PushData(Wire):
    """The payload: flat for orders, one inner model for parcels, lists of numbers for goods.

    Names of goods' fields are those of the official topic pages; that the gateway passes these
    topics on at all is inferred (contract 8). Officially they come for followed products only.
    """

    order_id: Lenient[OrderIdText] = None
    current_status: Text = ""
    msg_send_time: Lenient[Moment] = None
    refund_action: Text = ""
    operator: Text = ""
    batch_pay: Lenient[tuple[Lenient[BatchEntry], ...]] = None
    tracing: Lenient[TracingModel] = Field(default=None, alias="OrderLogisticsTracingModel")
    product_ids: Text = ""
    product_id: Text = ""
    inventory: Lenient[
        Annotated[tuple[Lenient[InventoryChange], ...], BeforeValidator(_several)]
    ] = Field(default=None, alias="OfferInventoryChangeList")
    mail_no_change: Lenient[MailNoChange] = Field(default=None, alias="MailNoChangeModel")


class PushMessage(Wire):
    """The message after JSON parsing. `gmtBorn` in milliseconds."""

    msg_id: Annotated[str, BeforeValidator(_id), Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
    type: str = Field(pattern=r"^[0-9A-Za-z_.-]{1,100}$")
    gmt_born: Lenient[Annotated[datetime, BeforeValidator(_millis)]] = None
    data: Lenient[PushData] = None
