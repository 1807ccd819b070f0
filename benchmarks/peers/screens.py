"""What a conversation of another framework shows at each of its steps."""

STEPS = 13
BUTTONS = tuple(f"{number}" for number in range(1, 9))


def text_of(step: int, said: str) -> str:
    """About as much text as our screens have."""
    facts = "\n".join(f"{number}. Backpack, large · ¥13.90 · 3,911 sold" for number in range(1, 7))
    return f"<b>Step {step}</b>\n{said[:60]}\n\n{facts}\n\nPick one, or send more words."
