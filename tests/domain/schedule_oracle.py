"""What is right for a generated schedule question: simple code straight on the YAML data, nothing of the grammar."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import yaml

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"
STANDING = ("desk", "exhibition")
Slot = tuple[str, datetime]


class Oracle:
    def __init__(self) -> None:
        self.rows: list[dict] = []
        for path in sorted((KNOWLEDGE / "programme").glob("*.yaml")):
            for session in yaml.safe_load(path.read_text(encoding="utf-8"))["sessions"]:
                slots = session.get("slots") or [{"start": session["start"], "end": session.get("end")}]
                for slot in slots:
                    start = datetime.strptime(slot["start"], "%Y-%m-%d %H:%M")
                    end = datetime.strptime(slot["end"], "%Y-%m-%d %H:%M") if slot.get("end") else None
                    self.rows.append({**session, "start": start, "end": end})
        self.days = [date(2025, 7, 10), date(2025, 7, 11)]
        self.dates = sorted({row["start"].date() for row in self.rows})
        for row in self.rows:
            if row["end"] is None:
                day = row["start"].date()
                row["end"] = max(other["end"] for other in self.rows if other["end"] and other["start"].date() == day)

    def on(self, moment: datetime, **wanted: str) -> set[Slot]:
        return {(r["id"], r["start"]) for r in self.some(**wanted) if r["start"] <= moment < r["end"]}

    def within(self, start: datetime, end: datetime, **wanted: str) -> set[Slot]:
        return {(r["id"], r["start"]) for r in self.some(**wanted) if r["start"] < end and r["end"] > start}

    def starting(self, start: datetime, end: datetime, **wanted: str) -> set[Slot]:
        return {(r["id"], r["start"]) for r in self.some(**wanted) if start <= r["start"] < end}

    def next(self, moment: datetime, **wanted: str) -> set[Slot]:
        later = [r for r in self.some(**wanted) if r["start"] > moment]
        first = min((r["start"] for r in later), default=None)
        return {(r["id"], r["start"]) for r in later if r["start"] == first}

    def some(self, room: str = "", kind: str = "", topic: str = "", id: str = "", **_: str) -> list[dict]:
        return [
            r for r in self.rows
            if (not room or r["room"] == room) and (not kind or r["kind"] in kind.split())
            and (not topic or topic in r["topics"]) and (not id or r["id"] == id)
        ]  # fmt: skip

    def edge(self, start: datetime, end: datetime, last: bool) -> set[Slot]:
        rows = [r for r in self.rows if r["start"] < end and r["end"] > start]
        rows = [r for r in rows if r["kind"] not in STANDING] or rows
        if not rows:
            return set()
        wanted = (max if last else min)(r["start"] for r in rows)
        return {(r["id"], r["start"]) for r in rows if r["start"] == wanted}

    def upcoming(self, now: datetime, **wanted: str) -> set[Slot]:
        rows = self.some(**wanted)
        rows = [r for r in rows if r["end"] > now] or rows
        return {(r["id"], r["start"]) for r in rows}

    def part(self, day: date, part: str) -> tuple[datetime, datetime]:
        hours = {"morning": (5, 12), "noon": (12, 14), "evening": (18, 24), "afternoon": (13, 18), "daytime": (12, 18)}
        first, last = hours.get(part, (0, 12))
        start = datetime.combine(day, time())
        begin, end = start + timedelta(hours=first), start + timedelta(hours=last)
        for r in self.some(kind="meal"):
            if r["start"].date() == day:
                begin = r["end"] if part == "afternoon" else begin
                end = r["start"] if part == "before-lunch" else end
        return begin, end

    def weekday(self, now: datetime, number: int) -> date:
        for day in self.dates:
            if day.weekday() == number and day >= now.date():
                return day
        return now.date() + timedelta(days=(number - now.weekday()) % 7)

    def unsaid_day(self, now: datetime, stretch, **wanted: str) -> date:
        """The day of "at 14:30": today if it has a programme and it is not past, else the next one."""
        days = [now.date()] if now.date() in self.dates else []
        days += [day for day in self.days if day > now.date()]
        days = days or [now.date()]
        ahead = [day for day in days if stretch(day)[1] > now]
        if wanted:
            for day in ahead or days:
                if self.within(*stretch(day), **wanted):
                    return day
        return (ahead or days)[0]

    def anchor(self, now: datetime, session: str) -> dict:
        rows = sorted(self.some(id=session), key=lambda r: r["start"])
        return next((r for r in rows if r["end"] > now), rows[0])
