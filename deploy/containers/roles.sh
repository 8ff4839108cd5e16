#!/usr/bin/env bash
# Run once by the image of PostgreSQL, in a new folder of data: the roles, and the database of Heliograph.
set -euo pipefail
export PGPASSWORD
PGPASSWORD=$(<"$POSTGRES_PASSWORD_FILE")
psql -X -q -v ON_ERROR_STOP=1 -U postgres \
    -v owner_password="$(</run/secrets/owner_password)" -v heliograph_password="$(</run/secrets/heliograph_password)" <<'SQL'
CREATE ROLE heliograph_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE heliograph LOGIN PASSWORD :'heliograph_password';
CREATE DATABASE heliograph OWNER heliograph_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE heliograph FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE heliograph TO heliograph;
GRANT pg_monitor TO heliograph, heliograph_owner;
\connect heliograph
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
ALTER SCHEMA public OWNER TO heliograph_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO heliograph;
-- Whoever attaches a month's partition must own the table: what runs does so as its member.
GRANT heliograph_owner TO heliograph;
ALTER ROLE heliograph IN DATABASE heliograph SET role = 'heliograph_owner';
SQL
