FROM python:3.13-slim-bookworm

ENV KAIMEN_HOME=/var/lib/kaimen \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1

# Text layout and a Chinese font for the pages of a PDF.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fontconfig fonts-noto-cjk libharfbuzz-subset0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --system --uid 10001 --create-home --home-dir "$KAIMEN_HOME" kaimen

WORKDIR /opt/kaimen
COPY requirements/run.lock requirements/run.lock
RUN pip install --require-hashes -r requirements/run.lock
COPY . .
RUN pip install --no-deps --no-build-isolation -e .

USER kaimen
WORKDIR /var/lib/kaimen
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["kaimen", "serve", "--host", "0.0.0.0"]
