# A second machine that has every change, and takes over when told to.
# shellcheck shell=bash

follow_primary() {
    step 'Standby'
    find_cluster || return 0
    write_postgresql
    local data=/var/lib/postgresql/$PG_VERSION/main
    if [[ ! -f $data/standby.signal ]]; then
        copy_primary "$data"
    fi
    start_postgresql
}

copy_primary() {
    changed "copy the database of $PRIMARY"
    ((DRY_RUN)) && return
    local host=${PRIMARY%:*} port=5432
    [[ $PRIMARY == *:* ]] && port=${PRIMARY##*:}
    start_postgresql
    [[ $(psql_root -c "SELECT count(*) FROM pg_database WHERE datname = 'heliograph'") == 0 ]] ||
        fail 'PostgreSQL here holds a database heliograph of its own; a standby would overwrite it.'
    control stop
    rm -rf "$1.copied"
    install -d -m 0700 -o postgres -g postgres "$1.copied"
    # The password stands in the copy's own settings from then on, which nobody but postgres reads.
    PGPASSWORD=$(<"$SECRETS/PASSWORD_backup") logged runuser -u postgres -- pg_basebackup -D "$1.copied" \
        -d "host=$host port=$port user=heliograph_backup sslmode=require application_name=heliograph_standby" \
        -R -X stream --checkpoint=fast
    rm -rf "$1"
    mv "$1.copied" "$1"
}

promote() {
    trap told_what_was_done EXIT
    has standby || fail 'This machine is no standby: there is nothing to promote.'
    MEMORY_MB=$(memory_mb)
    step 'Taking over'
    find_cluster || return 0
    start_postgresql
    if [[ $(psql_root -c 'SELECT pg_is_in_recovery()') == t ]]; then
        changed 'make the copy the primary'
        ((DRY_RUN)) || logged runuser -u postgres -- psql -X -q -c 'SELECT pg_promote(true, 60)'
    fi
    ROLES=${ROLES/standby/db}
    PRIMARY='' SYNCHRONOUS=0
    keep_options
    write_postgresql
    start_postgresql
    say 'This machine is the primary now. Make sure that the one before it cannot come back as such (stop it, or'
    say 'its PostgreSQL), then give every web and worker machine --database-url with the name of this one.'
    say "$CHANGES changes"
}
