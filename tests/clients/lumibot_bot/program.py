"""A Lumibot program as a user writes it: buy a share, change one's mind once, sell it, say what was seen.

As often as `ROUNDS` says; once without it.
"""

import json
import os
import sys

from lumibot.brokers import Alpaca
from lumibot.entities import Asset
from lumibot.strategies import Strategy
from lumibot.traders import Trader

VENUE = json.loads(os.environ["VENUES"])["alpaca"]
ROUNDS = int(os.environ.get("ROUNDS", "1"))
CONFIG = {"API_KEY": VENUE["key"], "API_SECRET": VENUE["secret"], "PAPER": True}


def say(what, **more):
    """One JSON line on standard error, which Lumibot leaves alone."""
    print(json.dumps({"what": what, **more}), file=sys.stderr, flush=True)


class InAndOut(Strategy):
    """One share in, one share out."""

    def initialize(self):
        """Look every second."""
        self.sleeptime = "1S"
        self.set_market("24/7")
        self.asset = Asset("AAPL")
        self.bought = self.sold = None
        self.rounds = 1

    def on_trading_iteration(self):
        """Buy, wait, sell, stop."""
        if self.bought is None:
            bars = self.get_historical_prices(self.asset, 3, "minute")
            say("price", last=float(self.get_last_price(self.asset)), bars=0 if bars is None else len(bars.df))
            self.bought = self.submit_order(self.create_order(self.asset, 1, "buy"))
        elif self.sold is None and self.get_position(self.asset) is not None:
            resting = self.submit_order(self.create_order(self.asset, 1, "sell", limit_price=100_000.0))
            self.cancel_order(resting)
            self.sold = self.submit_order(self.create_order(self.asset, 1, "sell"))
        elif self.sold is not None and self.get_position(self.asset) is None:
            say("portfolio", value=float(self.get_portfolio_value()), cash=float(self.get_cash()))
            if self.rounds < ROUNDS:
                self.rounds += 1
                self.bought = self.sold = None

    def on_filled_order(self, position, order, price, quantity, multiplier):
        """Say what came in over the stream."""
        say("fill", side=str(order.side).split("_")[0], price=float(price), quantity=float(quantity))

    def on_canceled_order(self, order):
        """Say that the resting order is gone."""
        say("canceled", side=str(order.side))


trader = Trader()
trader.add_strategy(InAndOut(broker=Alpaca(CONFIG)))
trader.run_all()
