"""Who may do what at the doors: scopes, tokens, rates, addresses."""
