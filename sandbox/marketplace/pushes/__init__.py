"""The message service: what the marketplace tells without being asked (contract 8).

`topics.py` says what is told of what happens, `messages.py` writes and signs it, `outbox.py`
decides when and how often, `sender.py` sends one, `blast.py` sends very many.
"""
