"""`python -m tests.botapi --port 8081`: the local Bot API server as a process of its own."""

import argparse
import os
import time

from tests.botapi.server import LocalBotApi
from tests.botapi.world import TOKEN

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--port", type=int, default=8081)
parser.add_argument("--token", default=TOKEN)
options = parser.parse_args()
with LocalBotApi(options.port, options.token) as server:
    print(f"Bot API on {server.url}, token {options.token}", flush=True)
    try:
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(1)
    except KeyboardInterrupt:
        pass
