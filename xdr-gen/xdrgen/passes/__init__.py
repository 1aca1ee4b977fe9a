"""From syntax to a model that emitters can walk without asking questions; the order is load()'s."""
