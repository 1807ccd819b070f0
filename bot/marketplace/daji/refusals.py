"""From the marketplace's codes and words to a reason (contract 5.1 to 5.6, 6 and 8)."""

import re

from bot.domain.patterns import lazily
from bot.marketplace.errors import RefusalReason

_BY_CODE = {
    "500_001": RefusalReason.NOT_TRADABLE,
    "500_002": RefusalReason.OTHER_SELLER,
    "500_003": RefusalReason.SPEC_MISMATCH,
    "500_004": RefusalReason.OUT_OF_STOCK,
    "500_005": RefusalReason.BELOW_MINIMUM,
    "500_006": RefusalReason.MIXED_BATCH,
    "500_007": RefusalReason.NO_CONSIGNMENT,
    "500_008": RefusalReason.PRICE_ZERO,
    "500_009": RefusalReason.WHOLESALE_MINIMUM,
    "PRODUCT_TRADE_STAT_ERROR": RefusalReason.NOT_PAYABLE,
    "ORDER_STATUS_ERROR": RefusalReason.NOT_CANCELLABLE,
    "ORDER_IS_PAYING": RefusalReason.PAYING,
    "ACCOUNT_BALANCE_NOT_ENOUGH": RefusalReason.BALANCE,
    "ACCOUNT_NOT_EXIST": RefusalReason.ACCOUNT,
    "ACCOUNT_FROZEN": RefusalReason.ACCOUNT,
    "PARAM_ILLEGAL": RefusalReason.VALIDATION,
    "CLOSE_ORDER_TOO_FAST": RefusalReason.TOO_SOON,
    "ORDER_NOT_EXIST": RefusalReason.NOT_FOUND,
    "order.createtime.history": RefusalReason.NOT_FOUND,
    "order.nopermission.buyer": RefusalReason.NOT_PERMITTED,
    "400_3": RefusalReason.NOT_PERMITTED,
    "4003": RefusalReason.NOT_FOUND,
    "400": RefusalReason.VALIDATION,
    "404": RefusalReason.NOT_FOUND,
    "405": RefusalReason.VALIDATION,
    "422": RefusalReason.VALIDATION,
}

_BY_WORDS = (
    (lazily(r"MANUAL-TRADE"), RefusalReason.NOT_PAYABLE),
    (lazily(r"not sur?pp?ort\b.*trade", re.IGNORECASE), RefusalReason.NOT_TRADABLE),
    (
        lazily(
            r"addressId|addressParam|districtCode|to(Province|City|Country)Code|收货地址",
            re.IGNORECASE,
        ),
        RefusalReason.ADDRESS,
    ),
    (lazily(r"stock|inventory|库存", re.IGNORECASE), RefusalReason.OUT_OF_STOCK),
    (lazily(r"支付中|正在(付款|支付)|is.paying", re.IGNORECASE), RefusalReason.PAYING),
    (lazily(r"金额.*(不一致|不符|不匹配|有误|变)"), RefusalReason.AMOUNT_CHANGED),
    (
        lazily(r"(余额|额度)不足|(balance|credit|funds).*(not enough|insufficient)", re.IGNORECASE),
        RefusalReason.BALANCE,
    ),
    (lazily(r"冻结|协议|签约|frozen|agreement", re.IGNORECASE), RefusalReason.ACCOUNT),
    (lazily(r"订单.*状态|order.?status", re.IGNORECASE), RefusalReason.NOT_CANCELLABLE),
    (lazily(r"not exist|not found|不存在", re.IGNORECASE), RefusalReason.NOT_FOUND),
    (lazily(r"不能(同时)?为空|must not be (blank|null|empty)"), RefusalReason.VALIDATION),
)

# One code and one wording for every endpoint: what the state of the order does not allow differs.
_STATE_OF = {
    "confirm_receipt": RefusalReason.NOT_RECEIVABLE,
    "payment_link": RefusalReason.NOT_PAYABLE,
    "pay_without_password": RefusalReason.NOT_PAYABLE,
}

_SYSTEM = lazily(
    r"time.?d? ?out|system.?(error|busy|exception)|service.?unavailable"
    r"|still.?processing|in.?process|超时|系统(异常|繁忙|错误)|服务(异常|不可用)|处理中",
    re.IGNORECASE,
)
_CREDENTIALS = lazily(
    r"sign(ature)?\b.*(error|invalid|wrong|fail|mismatch)|(invalid|wrong|bad)\W*sign"
    r"|app_?(key|secret)|签名|验签|密钥",
    re.IGNORECASE,
)


def reason_for(
    code: str, message: str, *, endpoint: str = "", single_offer: bool = False
) -> RefusalReason:
    """Return the reason of a refusal; `UNKNOWN` when neither code nor words are known.

    500_002 stands for "lines of different sellers, or the variant missing": one offer has one
    seller, so for an order of a `single_offer` only the second reading is left. A wrong state of
    an order is told as what `endpoint` can't do then.
    """
    reason = _reason(code, message)
    if reason is RefusalReason.OTHER_SELLER and single_offer:
        return RefusalReason.SPEC_MISMATCH
    if reason is RefusalReason.NOT_CANCELLABLE:
        return _STATE_OF.get(endpoint, reason)
    return reason


def _reason(code: str, message: str) -> RefusalReason:
    for known in (code, message.strip()):
        reason = _BY_CODE.get(known)
        if reason is not None and reason is not RefusalReason.VALIDATION:
            return reason
    text = f"{code} {message}"
    worded = next((each for words, each in _BY_WORDS if words.search(text)), None)
    return worded or _BY_CODE.get(code, RefusalReason.UNKNOWN)


def tells_of_failure(code: str, message: str) -> bool:
    """Tell whether a "refusal" is really a failure behind the gateway, such as a time-out.

    Nothing is certain then: of a write it must not be read as "nothing was done".
    """
    return bool(_SYSTEM.search(code) or _SYSTEM.search(message))


def tells_of_credentials(message: str) -> bool:
    """Tell whether a message complains of the app key, the secret or the signature."""
    return bool(_CREDENTIALS.search(message))
