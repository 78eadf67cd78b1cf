# syntax=docker/dockerfile:1
# Two stages: what builds stays behind; what runs has no compiler, no pip and no root.
FROM python:3.12-slim AS built
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --require-hashes --only-binary=:all: -r requirements.txt
COPY main.py LICENSE ./
COPY bot ./bot
COPY knowledge ./knowledge
COPY intents ./intents
COPY locales ./locales
# Learnt once here, so that a replica starts in a second and needs to write nothing but its database.
RUN /venv/bin/python main.py learn

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 PORT=8080 LOG_FORMAT=json
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin motcua \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/mot-cua
COPY --from=built /venv /venv
COPY --from=built /app /app
WORKDIR /app
# What was learnt is for the owner alone, and was learnt by root.
RUN chown -R 10001:10001 var
# Proposals, and backups that are told to go there; a volume takes its place.
ENV STATE_DIRECTORY=/var/lib/mot-cua
VOLUME /var/lib/mot-cua
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=4)"]
ENTRYPOINT ["python", "main.py"]
CMD ["run"]
