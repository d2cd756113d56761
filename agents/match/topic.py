"""A topic as it is configured: what people talk about, and by which words we know it."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from agents.match.folding import fold_one
from agents.safety.settings import TopicSafety

SCHEME = re.compile(r"^(?:[a-z]+://)?(?:www\.)?", re.IGNORECASE)
Wording = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Topic(BaseModel):
    """A brand, a product, a campaign, and what makes a mention concern it.

    terms: words and phrases; inflected Finnish and Swedish forms are found too. A term of at most three
        letters, all capitals (VR, OP), is compared with its case; write "vr" as well to find both.
    hashtags, accounts: with or without # and @; exact, in the text, the tags and the author's handle.
    links: a site or the beginning of a path ("posti.fi", "posti.fi/lakko").
    exclude: words and phrases that take the topic away from a mention.
    compounds: True finds words that begin with a term, too (postilakko, Posti-lakko).
    budget: false pages a month that people accept; None is the watch's default.
    safety: classes of harm that do not page here, and further words for them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Wording
    terms: tuple[Wording, ...] = ()
    hashtags: tuple[Wording, ...] = ()
    accounts: tuple[Wording, ...] = ()
    links: tuple[Wording, ...] = ()
    exclude: tuple[Wording, ...] = ()
    compounds: bool = False
    budget: float | None = Field(default=None, gt=0, le=1000)
    safety: TopicSafety = TopicSafety()

    @model_validator(mode="after")
    def _something_to_find(self) -> Self:
        if not (self.terms or self.hashtags or self.accounts or self.links):
            raise ValueError("a topic needs at least one of terms, hashtags, accounts or links")
        for wording in (*self.terms, *self.hashtags, *self.accounts, *self.links, *self.exclude):
            if not fold_one(wording):
                raise ValueError(f"{wording!r} has no letter or digit, so it can match nothing")
        for link in self.links:
            if not fold_one(SCHEME.sub("", link)):
                raise ValueError(f"{link!r} names no site; write it like example.org/page")
        return self
