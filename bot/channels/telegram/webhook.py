"""Webhook mode: each update is committed to the inbox before Telegram gets its 200; several replicas may listen."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import socket
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.health import Health, Trouble
from bot.channels.telegram.line import ALLOWED_UPDATES, Line, seconds_of
from bot.channels.telegram.receiving import keep
from bot.settings import Settings
from bot.stores.database.engine import Database, DatabaseUnavailable

log = logging.getLogger(__name__)
MOST_BYTES = 1_000_000
HEADER = "x-telegram-bot-api-secret-token"


class Endpoint:
    """The address that Telegram calls."""

    def __init__(self, database: Database, health: Health, secret: str) -> None:
        self.database, self.health, self.secret = database, health, secret
        self.asgi = Starlette(
            routes=[
                Route("/health", self.well, methods=["GET"]),
                Route("/{path:path}", self.receive, methods=["POST"]),
            ]
        )

    async def well(self, _request: Request) -> Response:
        """For a load balancer."""
        return JSONResponse({"ok": not self.health.troubles}, 503 if self.health.troubles else 200)

    async def receive(self, request: Request) -> Response:
        """403 without the secret, 413 when too long, 400 when not an update, 503 when it could not be kept."""
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self.secret.encode()):
            return Response(status_code=403)
        body = b""
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    return Response(status_code=413)
        except ClientDisconnect:
            return Response(status_code=400)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return Response(status_code=400)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return Response(status_code=400)
        try:
            await keep(self.database, [update])
        except DatabaseUnavailable:
            self.health.trouble(Trouble.DATABASE, "the database does not take anything; Telegram will repeat")
            return Response(status_code=503)
        except (AttributeError, TypeError, ValueError):
            return Response(status_code=400)
        self.health.settled(Trouble.DATABASE)
        return Response(status_code=200)


async def register(line: Line, settings: Settings, health: Health) -> None:
    """Tell Telegram the address and the secret; repeated until it works."""
    assert settings.webhook_url and settings.webhook_secret
    pause = 1.0
    while True:
        try:
            await line.set_webhook(
                settings.webhook_url,
                secret_token=settings.webhook_secret.get_secret_value(),
                allowed_updates=ALLOWED_UPDATES,
                max_connections=40,
            )
        except InvalidToken:
            health.trouble(Trouble.TOKEN, "Telegram refuses the token; get the present one from @BotFather")
        except RetryAfter as error:
            pause = seconds_of(error) + 0.5
        except TelegramError:
            health.trouble(Trouble.NETWORK, "Telegram cannot be told the webhook's address; trying again")
        else:
            health.polled()
            return
        await asyncio.sleep(pause)
        pause = min(30.0, pause * 2)


def serve(endpoint: Endpoint, listen: str) -> tuple[uvicorn.Server, socket.socket]:
    """The server and the socket it listens on; it leaves signals to us. OSError when the address is taken."""
    host, _, port = listen.rpartition(":")
    door = socket.create_server((host.strip("[]") or "127.0.0.1", int(port)), backlog=512)

    class Server(uvicorn.Server):
        """A server whose host process handles the signals."""

        def install_signal_handlers(self) -> None:
            return

        def capture_signals(self) -> Any:
            from contextlib import nullcontext

            return nullcontext()

    config = uvicorn.Config(
        endpoint.asgi, log_config=None, access_log=False, lifespan="off",
        server_header=False, timeout_graceful_shutdown=5, limit_concurrency=200,
    )  # fmt: skip
    return Server(config), door


class Source:
    """Updates by webhook: the endpoint listens first, then Telegram is told its address."""

    def __init__(self, line: Line, database: Database, health: Health, settings: Settings, secret: str) -> None:
        self.line, self.health, self.settings = line, health, settings
        self.endpoint = Endpoint(database, health, secret)

    async def run(self) -> None:
        """Listen until cancelled; requests under way are finished."""
        server, door = serve(self.endpoint, self.settings.webhook_listen)
        listening = asyncio.create_task(server.serve(sockets=[door]))
        try:
            # Telegram repeats what arrives before the door is open.
            await register(self.line, self.settings, self.health)
            await asyncio.shield(listening)
        finally:
            server.should_exit = True
            await asyncio.gather(listening, return_exceptions=True)
