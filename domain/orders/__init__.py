"""From a request to a fill: signals, sides, costs."""
