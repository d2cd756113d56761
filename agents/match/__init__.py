"""Which topics a mention concerns: words in all their forms, hashtags, accounts and links."""

from agents.match.matcher import Matcher
from agents.match.topic import Topic

__all__ = ["Matcher", "Topic"]
