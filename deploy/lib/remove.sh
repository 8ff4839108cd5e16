# Taking Heliograph off a machine.
# shellcheck shell=bash

uninstall() {
    trap told_what_was_done EXIT
    step 'Programs and units'
    stop_units
    gone "$UNITS"/heliograph* /etc/systemd/system/*.wants/heliograph*
    gone /etc/nginx/sites-enabled/heliograph.conf "$SITE" /etc/logrotate.d/heliograph /etc/sysctl.d/60-heliograph.conf
    if [[ -e /etc/nginx/sites-available/default && ! -e /etc/nginx/sites-enabled/default ]]; then
        link /etc/nginx/sites-enabled/default /etc/nginx/sites-available/default
    fi
    gone /opt/heliograph /var/www/heliograph
    if has_systemd && ! ((DRY_RUN)); then
        logged systemctl daemon-reload
        systemctl -q is-active nginx && logged systemctl reload nginx
    fi
    if ((PURGE)); then
        purge
    else
        say 'Kept: the database and Redis, /var/lib/heliograph, /var/backups/heliograph, and /etc/heliograph with the'
        say 'secrets that open them. `uninstall --purge` removes all but the backups.'
    fi
    say "$CHANGES changes"
}

stop_units() {
    if ! has_systemd || ((DRY_RUN)); then return 0; fi
    local unit
    for unit in $(systemctl list-units --plain --no-legend 'heliograph*' | awk '{ print $1 }'); do
        changed "stop $unit"
        logged systemctl stop "$unit"
    done
}

purge() {
    step 'Data'
    local name
    if has_systemd && ! ((DRY_RUN)); then
        systemctl disable --now 'redis-server@heliograph-broker' 'redis-server@heliograph-cache' >>"$LOG" 2>&1 || true
    fi
    if pg_lsclusters -h 2>/dev/null | grep -q main && find_cluster; then
        changed 'drop the database heliograph and its roles'
        if ! ((DRY_RUN)); then
            start_postgresql
            psql_root -c 'DROP DATABASE IF EXISTS heliograph WITH (FORCE)'
            for name in heliograph heliograph_read heliograph_backup heliograph_owner; do
                psql_root -c "DROP ROLE IF EXISTS $name"
            done
            put_block "$PG_CONF/pg_hba.conf" 0640 "$OWN" top </dev/null
            rest_postgresql
        fi
        gone "$PG_CONF/conf.d/heliograph.conf" "$PG_CONF"/heliograph-*.pem
    fi
    gone /etc/redis/heliograph /etc/redis/redis-heliograph-*.conf /etc/redis/sentinel-heliograph.conf
    gone /var/lib/redis/heliograph-* /etc/postgresql-common/createcluster.d/heliograph.conf
    gone /var/lib/heliograph /etc/heliograph
    ((DRY_RUN)) || rm -rf "$STATE"
    if getent passwd heliograph >/dev/null; then
        changed 'remove the account heliograph'
        ((DRY_RUN)) || logged userdel heliograph
    fi
}
