"""How to pay is said in each reader's language where the shop says it so."""

from tests.domain.group_buys.groups import terms


def test_members_read_how_to_pay_in_their_own_language() -> None:
    """The organiser's own words hold for everybody as soon as there are any."""
    said = terms(payment="请转账", payment_in={"zh": "请转账", "en": "Please transfer"})
    assert said.payment_for("en") == "Please transfer"
    assert said.payment_for("zh") == "请转账"
    assert said.payment_for("fr") == "请转账"
    own = said.changed(payment="现金")
    assert {own.payment_for(each) for each in ("en", "zh")} == {"现金"}
    assert not terms().payment_for("en")
