# PostgreSQL of the distribution: sized for this machine, with roles of its own.
# shellcheck shell=bash

PG_STARTED=0
OWN=postgres:postgres

set_up_postgresql() {
    step 'PostgreSQL'
    find_cluster || return 0
    write_postgresql
    start_postgresql
    set_up_roles
}

# False in a dry run on a machine that has no PostgreSQL yet.
find_cluster() {
    PG_VERSION=$(pg_lsclusters -h 2>/dev/null | awk '$2 == "main" { print $1; exit }')
    if [[ -z $PG_VERSION ]]; then
        ((DRY_RUN)) || fail 'There is no PostgreSQL cluster `main`; `pg_createcluster VERSION main` makes one.'
        changed 'size PostgreSQL, and make its roles and the database heliograph'
        return 1
    fi
    PG_CONF=/etc/postgresql/$PG_VERSION/main
    PG_UNIT=postgresql@$PG_VERSION-main
}

write_postgresql() {
    local before=$CHANGES SHARED CACHE UPKEEP WORK LISTEN=localhost STANDBYS="''" network
    SHARED=$(megabytes 25 128 65536) CACHE=$(megabytes 50 256 262144) UPKEEP=$(megabytes 5 64 2048)
    # 100 sessions that sort at once take a quarter of the memory.
    WORK=$((MEMORY_MB / 400))
    WORK=$((WORK < 4 ? 4 : WORK > 64 ? 64 : WORK))
    [[ -n $ALLOWED ]] && LISTEN='*'
    ((SYNCHRONOUS)) && STANDBYS="'FIRST 1 (heliograph_standby)'"
    if [[ -n $ALLOWED ]]; then own_certificate "$PG_CONF" postgres; fi
    {
        render "$HERE/postgresql/heliograph.conf" SHARED CACHE UPKEEP WORK LISTEN STANDBYS
        if [[ -n $ALLOWED ]]; then
            echo "ssl_cert_file = '$PG_CONF/heliograph-cert.pem'"
            echo "ssl_key_file = '$PG_CONF/heliograph-key.pem'"
        fi
    } | put "$PG_CONF/conf.d/heliograph.conf" 0644 $OWN
    {
        echo 'local    heliograph              heliograph,heliograph_owner,heliograph_read    scram-sha-256'
        echo 'local    heliograph,replication  heliograph_backup                              scram-sha-256'
        for network in $ALLOWED; do
            echo "hostssl  heliograph              heliograph,heliograph_owner,heliograph_read $network scram-sha-256"
            echo "hostssl  heliograph,replication  heliograph_backup $network scram-sha-256"
        done
    } | put_block "$PG_CONF/pg_hba.conf" 0640 $OWN top
    ((CHANGES == before)) || owe postgresql
}

start_postgresql() {
    ((DRY_RUN)) && return
    if is_running; then
        owed postgresql && control restart
    else
        has_systemd || PG_STARTED=1
        control start
    fi
    paid postgresql
    return 0
}

is_running() { pg_ctlcluster "$PG_VERSION" main status >/dev/null 2>&1; }

control() {
    if has_systemd; then logged systemctl "$1" "$PG_UNIT"; else logged pg_ctlcluster "$PG_VERSION" main "$1"; fi
}

# What this run started because nobody else could, it ends.
rest_postgresql() {
    if ((PG_STARTED)); then pg_ctlcluster "$PG_VERSION" main stop >/dev/null 2>&1 || true; fi
}

psql_root() { runuser -u postgres -- psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

set_up_roles() {
    local name wanted
    wanted=$({ cat "$HERE/postgresql/roles.sql" "$SECRETS"/PASSWORD_* 2>/dev/null || true; } | sha256sum)
    if marked roles "$wanted" && comes_in heliograph_owner owner && comes_in heliograph heliograph; then return; fi
    changed 'make the roles and the database heliograph'
    ((DRY_RUN)) && return
    {
        for name in owner heliograph read backup; do
            printf "\\set %s_password '%s'\n" "$name" "$(<"$SECRETS/PASSWORD_$name")"
        done
        cat "$HERE/postgresql/roles.sql"
    } >"$STATE/roles.sql"
    chmod 0600 "$STATE/roles.sql"
    psql_root -f - <"$STATE/roles.sql" >>"$LOG" 2>&1 || {
        rm -f "$STATE/roles.sql"
        tail -n 5 "$LOG" >&2
        fail "The roles could not be made; $LOG has what PostgreSQL said."
    }
    rm -f "$STATE/roles.sql"
    mark roles "$wanted"
}

comes_in() {
    ((DRY_RUN)) && return
    PGPASSWORD=$(<"$SECRETS/PASSWORD_$2") psql -X -q -h /var/run/postgresql -U "$1" -d heliograph -c 'SELECT 1' >/dev/null 2>&1
}
