"""Gates: from what was measured to a verdict. Pure; `bootstrap/gates` measures."""
