"""The server itself: HTTP in front of the world, in a thread of the test or in a process of its own."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import struct
import threading
import time
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tests.botapi.methods import Methods, Refused, decoded, number
from tests.botapi.world import TOKEN, World

PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"
FREE = {"getUpdates", "getMe", "setMyCommands", "getMyCommands", "setWebhook", "deleteWebhook", "getWebhookInfo"}
"""Methods that a flood-wait does not touch."""


class Protocol(HttpToolsProtocol):
    """Lets the application break the connection, as networks do."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"transport": self.transport}  # type: ignore[typeddict-item]


def break_off(request: Request) -> Response:
    """Reset the connection instead of answering."""
    transport = request.scope["extensions"]["transport"]
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    return Response()


class Application:
    """The routes."""

    def __init__(self, world: World, token: str = TOKEN) -> None:
        self.world, self.token = world, token
        self.methods = Methods(world)
        self.poll = 0
        self.news: asyncio.Event | None = None
        self.tasks: set[asyncio.Task[Any]] = set()
        self.asgi = Starlette(
            routes=[
                Route("/bot{token}/{method}", self.call, methods=["GET", "POST"]),
                Route("/file/bot{token}/files/{name}", self.download),
                Route("/control/{action}", self.control, methods=["GET", "POST"]),
            ]
        )

    def begin(self) -> None:
        """Tie the world to the running loop."""
        loop = asyncio.get_running_loop()
        self.news = asyncio.Event()
        self.world.wake = lambda: loop.call_soon_threadsafe(self.news.set)
        task = loop.create_task(self.push())
        self.tasks.add(task)

    # --- Bot API ------------------------------------------------------------------------------------------------

    async def call(self, request: Request) -> Response:
        """Any method: faults first, then limits, then the method."""
        if self.news is None:
            self.begin()
        method = request.path_params["method"]
        if request.path_params["token"] != self.token:
            return refusal(Refused(401, "Unauthorized"))
        given = await parameters(request)
        world, chat = self.world, number(given, "chat_id")
        record = {"method": method, "chat": chat, "at": time.time(), "executed": False, "status": 0, "text": ""}
        with world.lock:
            fault = world.faults.take(method, chat)
            if method not in FREE:
                world.inside_halt += world.faults.violates()
                if (left := world.faults.halted()) and fault is None:
                    fault_answer = Refused(429, f"Too Many Requests: retry after {int(left) + 1}",
                                           retry_after=int(left) + 1)  # fmt: skip
                    self.note(record, 429)
                    return refusal(fault_answer)
        if world.latency and method not in FREE:
            await asyncio.sleep(world.latency)
        if fault is not None:
            answer = await self.strike(request, fault, method, chat)
            if answer is not None:
                self.note(record, answer.status_code)
                return answer
        if method == "getUpdates":
            answer = await self.updates(given, request)
        else:
            answer = self.run(method, given, chat, record)
        if fault is not None and fault.kind == "lost":
            return break_off(request)
        if fault is not None and fault.kind == "hang" and fault.text == "executed":
            await asyncio.sleep(fault.seconds)
        return answer

    def run(self, method: str, given: dict[str, Any], chat: int | None, record: dict[str, Any]) -> Response:
        """Execute one method and note what it did."""
        world = self.world
        with world.lock:
            action = self.methods.table.get(method)
            try:
                if action is None:
                    raise Refused(404, "Not Found")
                edit = method.startswith("edit")
                if world.pace and chat is not None and (edit or method.startswith(("send", "copy"))):
                    wait = world.pace.refuse(chat, chat < 0, edit)
                    if wait:
                        world.faults.halt(wait)
                        raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
                result = action(given)
            except Refused as refused:
                self.note(record, refused.status, given)
                return refusal(refused)
            record["executed"] = True
            if isinstance(result, dict) and "message_id" in result:
                record |= {"message_id": result["message_id"],
                           "text": result.get("text") or result.get("caption") or "", "result": result}  # fmt: skip
                if "message_id" in given:
                    result = json.loads(json.dumps(result))
            self.note(record, 200, given)
            return JSONResponse({"ok": True, "result": result})

    def note(self, record: dict[str, Any], status: int, given: dict[str, Any] | None = None) -> None:
        """Keep what was called and wake the harness."""
        record["status"] = status
        if given is not None:
            record["given"] = {name: value for name, value in given.items() if not isinstance(value, dict)}
        with self.world.changed:
            self.world.calls.append(record)
            self.world.changed.notify_all()

    async def strike(self, request: Request, fault: Any, method: str, chat: int | None) -> Response | None:
        """The answer of a fault; None lets the call through."""
        if fault.kind == "429":
            wait = max(1, int(fault.seconds))
            with self.world.lock:
                self.world.faults.halt(wait)
            return refusal(Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait))
        if fault.kind == "500":
            return refusal(Refused(500, "Internal Server Error"))
        if fault.kind == "502":
            return HTMLResponse(PROXY_PAGE, status_code=502)
        if fault.kind == "403":
            return refusal(Refused(403, fault.text or "Forbidden: bot was blocked by the user"))
        if fault.kind == "400":
            return refusal(Refused(400, f"Bad Request: {fault.text or 'chat not found'}"))
        if fault.kind == "401":
            return refusal(Refused(401, "Unauthorized"))
        if fault.kind == "409":
            return refusal(conflict())
        if fault.kind == "reset":
            return break_off(request)
        if fault.kind == "hang" and fault.text != "executed":
            await asyncio.sleep(fault.seconds)
            return break_off(request)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        return None

    async def updates(self, given: dict[str, Any], request: Request) -> Response:
        """getUpdates: a higher offset confirms; unconfirmed updates come again; a second poll ends the first."""
        world = self.world
        self.poll += 1
        mine = self.poll
        self.news.set()
        if world.webhook["url"]:
            return refusal(Refused(409, "Conflict: can't use getUpdates method while webhook is active; use "
                                        "deleteWebhook to delete the webhook first"))  # fmt: skip
        offset, limit = number(given, "offset"), min(number(given, "limit") or 100, 100)
        with world.lock:
            world.polls += 1
            if "allowed_updates" in given:
                world.allowed_updates = decoded(given["allowed_updates"])
            if offset is not None and offset > 0:
                world.updates = [update for update in world.updates if update["update_id"] >= offset]
        end = time.monotonic() + (number(given, "timeout") or 0)
        while True:
            self.news.clear()
            with world.lock:
                batch = [update for update in world.updates if self.allowed(update)][:limit]
                for update in batch:
                    world.delivered.setdefault(update["update_id"], time.time())
            if self.poll != mine:
                return refusal(conflict())
            if batch or time.monotonic() >= end or await request.is_disconnected():
                return JSONResponse({"ok": True, "result": batch})
            try:
                await asyncio.wait_for(self.news.wait(), min(end - time.monotonic(), 1.0))
            except TimeoutError:
                continue

    def allowed(self, update: dict[str, Any]) -> bool:
        """Whether the bot asked for this kind of update."""
        if not self.world.allowed_updates:
            return True
        return any(kind in self.world.allowed_updates for kind in update)

    async def download(self, request: Request) -> Response:
        """The bytes of a file."""
        stored = self.world.files.get(request.path_params["name"])
        return Response(stored["content"] if stored else b"", 200 if stored else 404)

    async def push(self) -> None:
        """Webhook mode: deliver, and repeat what was not answered with 2xx."""
        async with httpx.AsyncClient(timeout=10) as client:
            while True:
                await asyncio.sleep(0.02)
                world = self.world
                with world.lock:
                    waiting = world.updates if world.webhook["url"] else []
                    # As the real server: updates of one chat one after another, those of different chats at once.
                    batch = list({chat_of(update): update for update in reversed(waiting)}.values())[:40]
                if not batch:
                    continue
                headers = {"Content-Type": "application/json"}
                if world.webhook.get("secret"):
                    headers["X-Telegram-Bot-Api-Secret-Token"] = world.webhook["secret"]

                async def deliver(update: dict[str, Any], headers: dict[str, str] = headers) -> None:
                    try:
                        answer = await client.post(self.world.webhook["url"], json=update, headers=headers)
                        done = answer.status_code // 100 == 2
                    except httpx.HTTPError:
                        done = False
                    with self.world.lock:
                        if done and update in self.world.updates:
                            self.world.updates.remove(update)
                    if not done:
                        await asyncio.sleep(0.2)

                await asyncio.gather(*(deliver(update) for update in batch))

    # --- control ------------------------------------------------------------------------------------------------

    async def control(self, request: Request) -> Response:
        """For the harness: /control/call {"name", "arguments"} runs a public method of the world."""
        if self.news is None:
            self.begin()
        action = request.path_params["action"]
        if action == "stats":
            return JSONResponse(self.world.stats())
        if action == "many":
            results = [getattr(self.world, item["name"])(**item["arguments"]) for item in await request.json()]
            return JSONResponse(results)
        if action == "call":
            body = await request.json()
            if body["name"].startswith("_"):
                return JSONResponse({"error": "private"}, 400)
            return JSONResponse(getattr(self.world, body["name"])(**body.get("arguments", {})))
        return JSONResponse({"ok": True})


def chat_of(update: dict[str, Any]) -> Any:
    """The queue an update belongs to."""
    content = next((value for name, value in update.items() if name != "update_id"), {})
    return (content.get("message") or content).get("chat", {}).get("id", update["update_id"])


def conflict() -> Refused:
    """What the poll that came first is told."""
    return Refused(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance "
                        "is running")  # fmt: skip


def refusal(refused: Refused) -> JSONResponse:
    """An error in Telegram's form."""
    body: dict[str, Any] = {"ok": False, "error_code": refused.status, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return JSONResponse(body, status_code=refused.status)


async def parameters(request: Request) -> dict[str, Any]:
    """Parameters from query, form, multipart or JSON; files as {"name", "content"}."""
    given: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        given |= await request.json()
    elif kind.startswith("multipart/"):
        given |= multipart(kind, await request.body())
    elif request.method == "POST":
        from urllib.parse import parse_qsl

        given |= dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    for name, value in given.items():
        if isinstance(value, str) and value.startswith("attach://"):
            given[name] = given[value.removeprefix("attach://")]
    return given


def multipart(kind: str, body: bytes) -> dict[str, Any]:
    """Fields and files of a multipart body (starlette's own parser needs a package we do not have)."""
    from email.parser import BytesParser

    message = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    found: dict[str, Any] = {}
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if part.get_filename():
            found[name] = {"name": part.get_filename(), "content": content}
        else:
            found[name] = content.decode()
    return found


class LocalBotApi:
    """The server in a thread: `with LocalBotApi() as api:` gives `.url` and `.world`."""

    def __init__(self, port: int = 0, token: str = TOKEN) -> None:
        self.world = World()
        self.token = token
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))
        self.port = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(Application(self.world, token).asgi, http=Protocol, log_config=None, lifespan="off",
                                access_log=False, timeout_graceful_shutdown=1, backlog=2048)  # fmt: skip
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        """Serve until told to stop."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        asyncio.run(self.server.serve(sockets=[self.socket]))

    def __enter__(self) -> LocalBotApi:
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        httpx.get(f"{self.url}/control/hello", trust_env=False)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.server.force_exit = True
        self.thread.join(5)


class RemoteBotApi:
    """The same world in another process, reached over /control; its public methods are called by name."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.Client(trust_env=False, timeout=30)

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            answer = self.client.post(f"{self.url}/control/call", json={"name": name, "arguments": arguments})
            answer.raise_for_status()
            return answer.json()

        return call

    def many(self, items: list[tuple[str, dict[str, Any]]]) -> list[Any]:
        """Several calls in one request."""
        body = [{"name": name, "arguments": arguments} for name, arguments in items]
        return self.client.post(f"{self.url}/control/many", json=body).json()
