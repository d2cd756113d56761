"""A second draft of the first public answer, by a language model of the user's choice. Off by default.

The deterministic suggestion is always there first. The model gets its facts, the rules and, as quoted data,
what people wrote; what it answers passes the same rules as any draft, without a finding, or is dropped.
Nothing here sends anything to the public, and no page waits for it.
"""
