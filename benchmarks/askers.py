"""People who ask, for locust: ``locust -f benchmarks/askers.py``; ``benchmarks.load`` runs it.

Each asks a question, reads for a while (``THINK_SECONDS`` on average, between half and one and a half of it), sometimes
opens the first page cited with its picture, and asks the next. Whoever is told to come again does so when told.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

from locust import HttpUser, task

from eval.questions import read_questions

QUESTIONS = [question.question for question in read_questions(Path("eval/data/samples"))]
THINK = float(os.environ.get("THINK_SECONDS", "10"))
OPENED = 0.2  # of the answers, of which the first page cited is looked at
FORMS = ("{}", "Please tell me: {}", "{} Thank you.", "For the record: {} ({n})")


class Asker(HttpUser):
    """One of them."""

    def on_start(self) -> None:
        """Not all begin at once."""
        self.pause = random.uniform(0.0, THINK)

    def wait_time(self) -> float:
        """Seconds until the next question."""
        return self.pause

    @task
    def ask(self) -> None:
        """Ask, and perhaps look at the page."""
        self.pause = random.uniform(0.5 * THINK, 1.5 * THINK)
        words = random.choice(FORMS).format(random.choice(QUESTIONS), n=random.randint(1, 10_000))
        with self.client.post("/api/ask", json={"question": words}, name="answer", catch_response=True) as response:
            if response.status_code == 429:
                self.pause = float(response.headers["Retry-After"])
                honest = response.json()["error"]["code"] == "busy"
                response.request_meta["name"] = "refused"
                if honest:
                    response.success()
                return
            if not response.ok:
                return
            cited = response.json()["citations"]
        if cited and random.random() < OPENED:
            place = f"{cited[0]['pack']}/pages/{cited[0]['pdf_page']}"
            self.client.get(f"/packs/{place}", name="page")
            self.client.get(f"/api/packs/{place}.png", name="picture")
        self.client.get("/healthz", name="health")
