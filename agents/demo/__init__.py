"""An invented company, eleven days of talk about it, and what should wake its people."""

from agents.demo.generator import SEED, generate
from agents.demo.recording import STREAM, stored_lines
from agents.demo.script import HERE

CONFIGURATION = HERE / "palovahti.yaml"
SCENARIO = HERE / "scenario.yaml"

__all__ = ["CONFIGURATION", "SCENARIO", "SEED", "STREAM", "generate", "stored_lines"]
