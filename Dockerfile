# Walkaround in one image. Everything that it keeps is under /data: the SQLite file and the secret key. It writes nowhere else but
# to /tmp, so it runs with a root file system that is read-only.
ARG BASE_IMAGE=python:3.13-slim

FROM ${BASE_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python3 -m venv /opt/venv
# Everything of requirements.txt, and what sends errors to a Sentry when SENTRY_DSN is set.
COPY requirements-sentry.txt /tmp/
# The running image installs nothing, so pip stays behind.
RUN /opt/venv/bin/pip install --quiet --requirement /tmp/requirements-sentry.txt \
    && /opt/venv/bin/pip uninstall --quiet --yes pip
WORKDIR /app
COPY . .
# Needs no database and signs nothing. Python's bytecode is made here, as nothing can be written when the image runs.
RUN DATABASE_URL=sqlite:////tmp/none.sqlite3 SECRET_KEY=unused VAR_DIR=/tmp/var \
    /opt/venv/bin/python manage.py prepare --static-only \
    && /opt/venv/bin/python -m compileall -q checklist

FROM ${BASE_IMAGE}
# The uid is fixed, so that a volume keeps its owner from image to image.
RUN groupadd --gid 10001 walkaround \
    && useradd --uid 10001 --gid walkaround --no-create-home --home-dir /data --shell /usr/sbin/nologin walkaround \
    && install --directory --owner walkaround --group walkaround /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/data \
    DATABASE_URL=sqlite:////data/walkaround.sqlite3 \
    HOST=0.0.0.0 \
    PORT=8000 \
    PUBLIC_URL=http://127.0.0.1:8000 \
    LOG_FORMAT=json \
    LOG_LEVEL=info
WORKDIR /app
USER walkaround
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client as h, os, sys; c = h.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
# The shell hands over to gunicorn, which then gets the signals. Of several that start at once one prepares the database, the others wait.
CMD ["sh", "-c", "python manage.py prepare && exec python -m gunicorn checklist.wsgi:application"]
