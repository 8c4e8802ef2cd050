# The assistant in one image: the first stage installs the dependencies, the second only runs; the index is built in
# /data when a container starts for the first time.
FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH PIP_NO_CACHE_DIR=1
COPY pyproject.toml constraints.txt README.md ./
RUN pip install --constraint constraints.txt --extra-index-url https://download.pytorch.org/whl/cpu torch==2.13.0 \
    && pip install --constraint constraints.txt .
COPY bot bot
COPY locales locales
COPY knowledge knowledge
COPY ingest.py ./

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home assistant && mkdir /data && chown assistant /data
COPY --from=build /venv /venv
COPY --from=build --chown=root:root /app /app
WORKDIR /app
# The root file system may be read-only: everything is written to /data, scratch files to a tmpfs at /tmp.
ENV PATH=/venv/bin:$PATH BOT_DATA_DIR=/data PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HF_HUB_OFFLINE=1
USER assistant
VOLUME /data
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "-m", "bot", "health"]
# Publishing an unchanged tree is a no-op, so a restart costs a second; docker stop sends SIGTERM to the bot itself.
CMD ["sh", "-c", "python ingest.py && exec python -m bot run"]
