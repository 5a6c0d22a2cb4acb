"""The emulated Binance Spot venue. `app.build_binance` puts it together."""
