"""Cases: steps with evidence, follow-ups, history, who sees them."""
