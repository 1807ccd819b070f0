"""`python -m bot doctor --probe`: every form of signing tried with a preview, which orders nothing.

How the gateway takes nested values is not documented (contract 2.4). A preview has them and has no
side effect, so whatever it answers but "not let in" shows that the form is taken.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.quantities import smallest
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.daji.signing import Signing
from bot.marketplace.errors import (
    ClockSkewed,
    CredentialsRefused,
    MarketplaceError,
    Refused,
)
from bot.operator.findings import Finding, Verdict

# Forms that send the secret itself come last, and are chosen last.
FORMS = (
    Signing.JSON,
    Signing.TIME,
    Signing.TIME_SCALARS,
    Signing.JAVA,
    Signing.JAVA_HASH,
    Signing.TIME_SECRET,
    Signing.SECRET,
)
_IN_CLEAR = frozenset({Signing.TIME_SECRET, Signing.SECRET})
_TRIED = 5  # offers looked at for one that can be previewed
# A public building; nobody is ordered anything to.
_ADDRESS = Address(
    full_name="张三",
    mobile="13800000000",
    province="浙江省",
    city="杭州市",
    district="滨江区",
    street="网商路699号",
    district_code="330108",
)


async def probe(config: ClientConfig) -> AsyncIterator[Finding]:
    """Try each form, and say last which one to set. Changes nothing."""
    line = await _something_to_preview(config)
    if isinstance(line, Finding):
        yield line
        return
    taken: list[Signing] = []
    skewed: ClockSkewed | None = None
    for form in FORMS:
        verdict, text = Verdict.OK, "taken"
        try:
            await _preview(replace(config, signing=form), line)
            taken.append(form)
        except ClockSkewed as error:
            skewed = error
            verdict, text = Verdict.WARN, f"refused, but {error.what()}: set the clock, try again"
        except CredentialsRefused:
            text = "not taken"
        except MarketplaceError as error:
            verdict, text = Verdict.WARN, f"no telling: {type(error).__name__}"
        yield Finding(verdict, f"signing '{form.value}'", text)
    yield _advice(config.signing, taken, skewed)


def _advice(set_to: Signing, taken: list[Signing], skewed: ClockSkewed | None) -> Finding:
    subject = "MARKETPLACE_SIGNING"
    if set_to in taken:
        return Finding(Verdict.OK, subject, f"'{set_to.value}' is taken")
    # A form with the time in it beats sending the secret, once the clock is right.
    if taken and (skewed is None or taken[0] not in _IN_CLEAR):
        text = f"'{set_to.value}' is not taken; set it to '{taken[0].value}'"
        return Finding(Verdict.FAIL, subject, text)
    if skewed is not None:
        text = f"the clock is {abs(skewed.seconds):.0f} s off: set it, then probe again"
        return Finding(Verdict.FAIL, "clock", text)
    return Finding(Verdict.FAIL, subject, "no form is taken: are key and secret right?")


async def _preview(config: ClientConfig, line: OrderLine) -> None:
    async with DajiClient(config) as client:
        try:
            await client.preview([line], _ADDRESS)
        except Refused:
            return  # it understood, and does not sell that


async def _something_to_preview(config: ClientConfig) -> OrderLine | Finding:
    """Return a line of some offer, or why there is none."""
    try:
        async with DajiClient(config) as client:
            page = await client.search_by_keyword("杯子", page=1, page_size=_TRIED)
            for hit in page.hits:
                offer = await client.offer(hit.offer_id)
                if offer.on_sale:
                    sku = offer.skus[0] if offer.skus else None
                    return OrderLine(
                        offer_id=offer.offer_id,
                        spec_id=sku.spec_id if sku else None,
                        sku_id=sku.sku_id if sku else None,
                        title=offer.title,
                        quantity=smallest(offer),
                    )
    except MarketplaceError as error:
        text = f"no offer to try it with: {error}"
        return Finding(Verdict.FAIL, "MARKETPLACE_SIGNING", text)
    return Finding(Verdict.FAIL, "MARKETPLACE_SIGNING", "no offer to try it with was found")
