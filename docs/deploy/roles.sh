#!/bin/sh
# Runs once in a new PostgreSQL: the owner migrates; the application's role owns nothing and bypasses nothing.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set=owner="$OWNER_PASSWORD" --set=app="$APP_PASSWORD" <<'SQL'
CREATE ROLE owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD :'owner';
CREATE ROLE app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD :'app';
CREATE DATABASE jiaxing OWNER owner;
SQL
