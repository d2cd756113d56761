"""A running `palovahti run` as a process of its own, and a receiver that records what reaches it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

from standardwebhooks import Webhook

ROOT = Path(__file__).parents[1]
ADDRESS = re.compile(r"The page: (http://\S+/)")
FEED_SECRET = "syotteen-salaisuus-jota-ei-arvaa"
SIGNING_SECRET = "whsec_" + base64.b64encode(b"vastaanottajan salaisuus, 32 tav").decode()
CONFIG = """\
organisation: {{name: Kotikori Oy, language: fi, timezone: Europe/Helsinki}}
topics:
  - {{name: Kotikori, terms: [Kotikori]}}
feeds:
  - {{type: jsonl, name: arkisto, path: feeds/, follow: true, poll_seconds: 0.2}}
  - {{type: webhook, name: koukku, path: /feeds/koukku, secret: {{env: KOUKKU_SECRET}}}}
receivers:
  - {{type: webhook, name: muut, url: {{env: HOOK_URL}}, secret: {{env: HOOK_SECRET}}, allow_private: true}}
web: {{port: {port}}}
watch: {{lateness_seconds: 0}}
"""
Found = TypeVar("Found")


class Receiver:
    """A web server that takes signed events, checks them as an independent library does, and keeps them."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                checked = Webhook(SIGNING_SECRET).verify(
                    body, {k.lower(): v for k, v in self.headers.items()}
                )
                if receiver.status == 200:
                    receiver.events.append(checked)
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    @property
    def kinds(self) -> list[str]:
        """What the events are about: page, acknowledged, resolved ..."""
        return [event["data"]["kind"] for event in self.events]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Service:
    """`palovahti run` in a folder; started and ended as often as wanted."""

    def __init__(self, folder: Path, receiver: Receiver, config: str = CONFIG) -> None:
        self.folder, self.receiver = folder, receiver
        self.config = folder / "palovahti.yaml"
        self.configure(config)
        (folder / "feeds").mkdir(exist_ok=True)
        self.address = ""
        self.said: list[str] = []
        self._process: subprocess.Popen[str] | None = None

    def configure(self, text: str, port: int = 0) -> None:
        self.config.write_text(text.format(port=port), encoding="utf-8")

    def start(self) -> None:
        """Start it and wait until it says where its page is."""
        self._process = subprocess.Popen(
            self._words("run"),
            cwd=ROOT,
            env=self._environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = []
        self._listener = threading.Thread(target=self._listen, args=(self._process,))
        self._listener.start()
        self.await_address(0)

    def command(self, *words: str) -> tuple[int, str]:
        """Run another command with the same configuration; exit code and output."""
        done = subprocess.run(
            self._words(*words),
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def _words(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "agents", *words, "-c", str(self.config)]

    def _environment(self) -> dict[str, str]:
        secrets = {"KOUKKU_SECRET": FEED_SECRET, "HOOK_URL": self.receiver.url, "HOOK_SECRET": SIGNING_SECRET}
        return {**os.environ, **secrets}

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr as lines:
            self.said.extend(lines)

    def await_address(self, told_before: int) -> None:
        """Wait until it has told its address once more."""
        assert self._process is not None
        process = self._process

        def told() -> list[str]:
            found: list[str] = ADDRESS.findall(self.why())[told_before:]
            assert found or process.poll() is None, self._last_words()
            return found

        self.address = eventually(told, what=self.why)[-1]

    def _last_words(self) -> str:
        self._listener.join(10)
        return self.why()

    def why(self) -> str:
        """What it said, for a test that waits in vain."""
        return "".join(self.said)

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        assert self._process is not None
        code = self._process.wait(40)
        self._listener.join(40)
        return code

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.send(number)
        return self.wait()

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.end(signal.SIGKILL)

    def append(self, name: str, text: str) -> None:
        """Write more into a file of the jsonl feed."""
        with (self.folder / "feeds" / name).open("a", encoding="utf-8") as file:
            file.write(text)

    def get(self, path: str) -> Any:
        """A page of JSON."""
        return json.loads(self.text(path))

    def text(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=60) as answer:
            return str(answer.read().decode())

    def metric(self, name: str, **labels: str) -> float:
        """A metric's value now."""
        told = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
        wanted = name + (f"{{{told}}}" if told else "")
        for line in self.text("metrics").splitlines():
            key, _, value = line.rpartition(" ")
            if key == wanted:
                return float(value)
        raise AssertionError(f"no metric {wanted}")

    def incidents(self) -> list[dict[str, Any]]:
        """All of them, newest first."""
        return [each["incident"] for each in self.get("api/v1/incidents")["incidents"]]

    def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> int:
        """Post JSON; the status of the answer."""
        raw = json.dumps(body).encode()
        given = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(self.address + path, raw, given)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code

    def post_signed(self, body: object, secret: str = FEED_SECRET) -> int:
        """Post to the webhook feed."""
        mac = hmac.new(secret.encode(), json.dumps(body).encode(), hashlib.sha256).hexdigest()
        return self.post("feeds/koukku", body, {"X-Hub-Signature-256": f"sha256={mac}"})


def eventually(
    look: Callable[[], Found], seconds: float = 120, what: Callable[[], str] = lambda: "nothing came"
) -> Found:
    """What `look` gives once it is something, looked for again and again."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, what()
        time.sleep(0.05)
    return found
