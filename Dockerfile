# The production image: the same code, the environment's servers.
FROM node:22-bookworm-slim AS front-end
WORKDIR /portal
COPY package.json package-lock.json .npmrc ./
RUN npm ci --silent
COPY static static
COPY fixtures fixtures
RUN npm run --silent build

FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 VAR_DIR=/portal/var
WORKDIR /portal
COPY requirements.txt ./
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir --require-hashes -r requirements.txt && useradd --system --create-home portal
COPY . .
COPY --from=front-end /portal/static/dist static/dist
RUN mkdir -p var/media && SECRET_KEY=build AUDIT_KEY=build DATABASE_URL=postgres://build REDIS_URL=redis://build python manage.py collectstatic --noinput --verbosity=0 \
    && chown -R portal var
USER portal
CMD ["gunicorn", "jiaxing_pioneers.wsgi", "--bind=0.0.0.0:8000", "--workers=3", "--threads=4"]
