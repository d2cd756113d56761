"""Rates per topic and thread: what is counted, once and by whom."""
