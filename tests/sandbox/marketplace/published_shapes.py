"""What is sent, compared with a published example: its fields and their types."""

from typing import Any

# Official fields that the examples leave out (contract 5.4, `baseInfo`).
MORE_THAN_SHOWN = {"sellerID", "sellerLoginId", "couponFee"}


# Nullable by the contract; filled in a sample of another offer, or of a finished order.
MAY_BE_NULL = {"featureInfos", "jxhyPrice", "pfJxhyPrice", "mainVideo", "payTime", "completeTime"}


def differences(shown: Any, sent: Any, path: str = "$") -> list[str]:
    """Where a sent value is not of the shape of the shown one."""
    if isinstance(shown, dict) and isinstance(sent, dict):
        found = [f"{path}.{name} is missing" for name in shown.keys() - sent.keys()]
        found += [f"{path}.{name} is new" for name in sent.keys() - shown.keys() - MORE_THAN_SHOWN]
        for name in shown.keys() & sent.keys():
            found += differences(shown[name], sent[name], f"{path}.{name}")
        return found
    if isinstance(shown, list) and isinstance(sent, list):
        # Items of one list differ in shape (`payChannelInfos`): each has to match one shown item.
        nearest = [
            min((differences(one, item, f"{path}[]") for one in shown), key=len)
            for item in sent
            if shown
        ]
        return [text for texts in nearest for text in texts]
    if shown is None or (sent is None and path.rsplit(".", 1)[-1] in MAY_BE_NULL):
        return []
    if isinstance(shown, float):
        return [] if isinstance(sent, float | int) else [f"{path}: {shown!r} against {sent!r}"]
    return [] if type(shown) is type(sent) else [f"{path}: {shown!r} against {sent!r}"]
