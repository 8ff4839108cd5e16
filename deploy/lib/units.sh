# Units of systemd, and what is said at the end.
# shellcheck shell=bash

UNITS=/etc/systemd/system
NOT_STARTED=()

set_up_units() {
    local before=$CHANGES file
    step 'Units'
    if has web || has worker; then
        for file in "$HERE"/systemd/heliograph*; do
            [[ -d $file ]] && continue
            put "$UNITS/$(basename "$file")" 0644 root:root <"$file"
        done
        folder $UNITS/heliograph-.service.d 0755 root:root
        for file in "$HERE"/systemd/heliograph-.service.d/*.conf; do
            put "$UNITS/heliograph-.service.d/$(basename "$file")" 0644 root:root <"$file"
        done
    fi
    if ((CHANGES > before)); then owe programs; fi
    ((DRY_RUN)) && return
    if has_systemd; then
        start_units
    else
        mapfile -t NOT_STARTED < <(wanted_units)
        paid programs
        paid redis
        rest_postgresql
    fi
}

wanted_units() {
    local number
    if has db || has standby; then echo redis-server@heliograph-broker.service redis-server@heliograph-cache.service; fi
    if [[ -n $SENTINEL_QUORUM ]]; then echo redis-sentinel@heliograph.service; fi
    if has web || has worker; then echo heliograph.target; fi
    if has web; then echo heliograph-web.socket heliograph-web.service nginx.service; fi
    if has worker; then
        echo heliograph-beat.service heliograph-outside.service
        for ((number = 1; number <= WORKERS; number++)); do echo "heliograph-worker@$number.service"; done
    fi
    if [[ -s $SECRETS/HELIOGRAPH_OWNER_DATABASE_URL ]] && has db; then
        echo heliograph-backup.timer heliograph-restore-drill.timer
    fi
}

start_units() {
    local unit
    logged systemctl daemon-reload
    if owed redis; then logged systemctl try-restart 'redis-server@heliograph-*.service'; fi
    paid redis
    for unit in $(wanted_units); do
        if ! systemctl -q is-enabled "$unit" 2>/dev/null; then
            changed "enable $unit"
            logged systemctl enable "$unit"
        fi
        if ! systemctl -q is-active "$unit"; then
            changed "start $unit"
            logged systemctl start "$unit"
        elif owed programs && [[ $unit == heliograph-*.service ]]; then
            changed "start $unit anew"
            logged systemctl restart "$unit"
        fi
    done
    paid programs
}

say_what_is_left() {
    step 'What is left to do'
    if ((${#NOT_STARTED[@]})); then
        note 'systemd does not run here, so these were not started:'
        note "    ${NOT_STARTED[*]}"
    fi
    if has web; then
        note "Let ports 80 and 443 through, and 22 for yourself: \`ufw allow 80,443/tcp\`, or in nftables"
        note '    tcp dport { 22, 80, 443 } accept'
    fi
    if [[ -n $ALLOWED ]]; then
        note "Let only $ALLOWED reach ports 5432, $BROKER_PORT and $CACHE_PORT."
    fi
    if has web && [[ -n $FIRST_LINK ]]; then
        note 'Whoever opens this becomes the admin, once and within a day; running this again prints another:'
        say "https://$DOMAIN$FIRST_LINK"
    fi
}
