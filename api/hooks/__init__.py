"""In from alerts: what TradingView and others send, read by templates and made commands of the desk."""
