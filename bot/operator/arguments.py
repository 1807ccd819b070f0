"""The command line: what `python -m bot` understands. Loads none of the commands."""

import argparse
from pathlib import Path

EXIT_CODES = "Exit codes: 0 done, 1 failed or unhealthy, 2 settings or arguments to mend."


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    top = argparse.ArgumentParser(
        prog="python -m bot", description="Run the bot, or a command beside it.", epilog=EXIT_CODES
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("run", help="run the bot (what happens without a command)")
    one = commands.add_parser(
        "doctor", help="check settings, Telegram, marketplace, database, clock"
    )
    one.add_argument(
        "--probe", action="store_true", help="find out how the marketplace wants to be signed to"
    )
    one = commands.add_parser("backup", help="copy the database while the bot runs")
    one.add_argument("file", type=Path)
    one = commands.add_parser("restore", help="put a copy in place; the bot must be stopped")
    one.add_argument("file", type=Path)
    commands.add_parser("restored", help="say that the database was put back by other means")
    one = commands.add_parser(
        "move", help="copy everything into an empty database of the other kind; bot stopped"
    )
    one.add_argument("url", help="where to, as DATABASE_URL has it; `-` reads it from the input")
    one = commands.add_parser("rotate-key", help="seal everything with a new key; bot stopped")
    one.add_argument("--print", action="store_true", help="only print a new key for DATA_KEY")
    _add_orders(commands.add_parser("orders", help="list and settle uncertain orders"))
    one = commands.add_parser("parked", help="list parked updates, or try one again")
    actions = one.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("retry").add_argument("update_id", type=int)
    return top


def _add_orders(orders: argparse.ArgumentParser) -> None:
    actions = orders.add_subparsers(dest="action", metavar="ACTION")
    one = actions.add_parser("show", help="one order with its address, and what is found of it")
    one.add_argument("order_no")
    one = actions.add_parser("adopt", help="it was placed, as these orders at the marketplace")
    one.add_argument("order_no")
    one.add_argument("order_ids", nargs="+", metavar="MARKETPLACE_ID")
    one.add_argument("--force", action="store_true", help="though number or goods do not fit")
    one = actions.add_parser("recreate", help="no such order exists: make it now")
    one.add_argument("order_no")
    one = actions.add_parser("drop", help="no such order exists: tell the person")
    one.add_argument("order_no")
    one.add_argument("--force", action="store_true", help="without asking the marketplace")
