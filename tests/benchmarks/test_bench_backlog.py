"""Answers to what waited are counted once each, and in the order in which they came."""

from benchmarks.worlds.backlog import Backlog


def test_a_sheet_put_into_an_answer_is_no_answer_of_its_own() -> None:
    """Its words stand there again, and later ones may have been answered meanwhile."""
    sent = []
    backlog = Backlog(5, lambda person, update: sent.append((person.chat_id, update)))
    for number, (chat, update) in enumerate(sent):
        text = f"“{update['message']['text']}”"
        backlog.seen(chat, {"message_id": number, "text": text})
    chat, first = sent[0]
    backlog.seen(chat, {"message_id": 0, "caption": f"“{first['message']['text']}”"})
    assert (backlog.report()["answers"], backlog.report()["chats_out_of_order"]) == (5, 0)


def test_a_second_answer_is_counted() -> None:
    """One too many, in a message of its own."""
    sent = []
    backlog = Backlog(5, lambda person, update: sent.append((person.chat_id, update)))
    chat, first = sent[0]
    for number in (1, 2):
        backlog.seen(chat, {"message_id": number, "text": f"“{first['message']['text']}”"})
    assert backlog.report()["answers"] == 2
