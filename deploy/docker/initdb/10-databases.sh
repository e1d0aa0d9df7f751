#!/bin/sh
# Runs once, when the data volume is empty: one database per service, with two roles each.
# `_owner` owns the database and migrates it; `_app` is what the service runs as and has no DDL.
# The passwords come from the environment: <SCHEMA>_OWNER_PASSWORD and <SCHEMA>_APP_PASSWORD.
set -eu

run_sql() {
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set schema="$schema" \
        --set database="cdp_$schema" --set owner="cdp_${schema}_owner" --set app="cdp_${schema}_app" "$@"
}

make_database() {
    schema=$1
    # psql reads the passwords from its environment, where no list of processes shows them, and quotes
    # every value itself (:"name" and :'text'), so a password may hold any character.
    OWNER_PASSWORD=$2 APP_PASSWORD=$3 run_sql --dbname postgres <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
CREATE DATABASE :"database" OWNER :"owner" TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"app";
SQL
    run_sql --dbname "cdp_$schema" <<'SQL'
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA :"schema" AUTHORIZATION :"owner";
GRANT USAGE ON SCHEMA :"schema" TO :"app";
SQL
}

make_database partners "$PARTNERS_OWNER_PASSWORD" "$PARTNERS_APP_PASSWORD"
make_database toms "$TOMS_OWNER_PASSWORD" "$TOMS_APP_PASSWORD"
make_database procurement "$PROCUREMENT_OWNER_PASSWORD" "$PROCUREMENT_APP_PASSWORD"
make_database charter "$CHARTER_OWNER_PASSWORD" "$CHARTER_APP_PASSWORD"
make_database reporting "$REPORTING_OWNER_PASSWORD" "$REPORTING_APP_PASSWORD"
