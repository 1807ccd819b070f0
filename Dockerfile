# Build: docker build -t snaporder .
# Run:   docs/operation.md, "In a container".
#
# A tag can be moved, a digest cannot. Pin the base that you trust:
#   docker build --build-arg BASE=python:3.11-slim-bookworm@sha256:… -t snaporder .
# (`docker buildx imagetools inspect python:3.11-slim-bookworm` names the digest of today.)
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.lock /tmp/
RUN /venv/bin/python -m pip install --require-hashes --no-deps --no-compile -r /tmp/requirements.lock \
    && /venv/bin/python -m pip uninstall --yes --quiet pip
WORKDIR /app
COPY bot bot
COPY handlers handlers
COPY locales locales
# Compiled here: nothing writes into the image later, and every start would compile again.
RUN /venv/bin/python -m locales \
    && /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /venv/lib /app

FROM ${BASE}
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin snaporder \
    && install -d -o snaporder -g snaporder -m 0700 /data /key
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
# SQLite's own temporary files are as large as the database: not in memory, and not in the image.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SQLITE_TMPDIR=/data \
    DATABASE_URL=/data/snaporder.db DATA_KEY_FILE=/key/snaporder.key \
    LISTEN=0.0.0.0:8080 LOG_FORMAT=json
USER snaporder
# Two, so that no copy of one holds both the data and what opens them.
VOLUME ["/data", "/key"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-m", "bot.process.alive"]
CMD ["python", "-m", "bot"]
