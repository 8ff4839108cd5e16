-- The roles and the database, as often as one likes. Reads owner_, heliograph_, read_ and backup_password.
\set ON_ERROR_STOP on
SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['heliograph_owner', 'heliograph', 'heliograph_read', 'heliograph_backup']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SET password_encryption = 'scram-sha-256';
ALTER ROLE heliograph_owner PASSWORD :'owner_password';
ALTER ROLE heliograph PASSWORD :'heliograph_password';
ALTER ROLE heliograph_read PASSWORD :'read_password';
ALTER ROLE heliograph_backup REPLICATION PASSWORD :'backup_password';
SELECT 'CREATE DATABASE heliograph OWNER heliograph_owner TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'heliograph') \gexec
REVOKE ALL ON DATABASE heliograph FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE heliograph TO heliograph, heliograph_backup;
GRANT CONNECT ON DATABASE heliograph TO heliograph_read;
GRANT pg_monitor TO heliograph, heliograph_owner;
\connect heliograph
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
ALTER SCHEMA public OWNER TO heliograph_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO heliograph, heliograph_read;
-- Whoever attaches a month's partition must own the table: what runs does so as its member.
GRANT heliograph_owner TO heliograph;
ALTER ROLE heliograph IN DATABASE heliograph SET role = 'heliograph_owner';
ALTER DEFAULT PRIVILEGES FOR ROLE heliograph_owner IN SCHEMA public GRANT SELECT ON TABLES TO heliograph_read;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO heliograph_read;
