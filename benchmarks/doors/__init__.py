"""W5: HTTP doors, an order decoded, decided and answered."""
