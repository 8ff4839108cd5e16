# Secrets, one a file, and the settings that name them.
# shellcheck shell=bash

SECRETS=/etc/heliograph/secrets

# keep_secret NAME GROUP-MAY-READ VALUE: written where there is none yet.
keep_secret() {
    [[ -s $SECRETS/$1 ]] || printf '%s\n' "$3" | put "$SECRETS/$1" "$2" root:heliograph
}

write_secrets() {
    step 'Secrets'
    keep_secret HELIOGRAPH_SECRET_KEY 0640 "$(secret)$(secret)"
    if has db || has standby; then
        local name
        for name in owner heliograph read backup redis; do
            keep_secret "PASSWORD_$name" 0600 "$(secret)"
        done
    fi
    if has db && ! ((DRY_RUN)); then
        local base='postgres://%s:%s@/heliograph?host=/var/run/postgresql\n'
        # shellcheck disable=SC2059
        keep_secret HELIOGRAPH_OWNER_DATABASE_URL 0600 "$(printf "$base" heliograph_owner "$(<"$SECRETS/PASSWORD_owner")")"
        # shellcheck disable=SC2059
        keep_secret DATABASE_URL 0640 "$(printf "$base" heliograph "$(<"$SECRETS/PASSWORD_heliograph")")"
        local redis
        redis="heliograph:$(<"$SECRETS/PASSWORD_redis")@127.0.0.1"
        keep_secret HELIOGRAPH_BROKER_URL 0640 "$(redis_scheme)://$redis:$BROKER_PORT/0$(redis_query)"
        keep_secret REDIS_URL 0640 "$(redis_scheme)://$redis:$CACHE_PORT/0$(redis_query)"
    fi
    give_secret DATABASE_URL "$DATABASE_URL_GIVEN"
    give_secret REDIS_URL "$REDIS_URL_GIVEN"
    give_secret HELIOGRAPH_BROKER_URL "$BROKER_URL_GIVEN"
    if has web || has worker; then
        need_secret DATABASE_URL --database-url
        need_secret REDIS_URL --redis-url
    fi
}

give_secret() {
    [[ -z $2 ]] || printf '%s\n' "$2" | put "$SECRETS/$1" 0640 root:heliograph
}

need_secret() {
    [[ -s $SECRETS/$1 ]] || ((DRY_RUN)) || fail "$1 is not known: give $2 URL, or bring $SECRETS from the first machine."
}

write_settings() {
    if ! has web && ! has worker; then return; fi
    step 'Settings'
    local name
    {
        cat <<TEXT
HELIOGRAPH_PRODUCTION=true
HELIOGRAPH_HOSTS=$DOMAIN
HELIOGRAPH_HTTPS=1
HELIOGRAPH_PROXY=*
HELIOGRAPH_PUBLIC_URL=https://$DOMAIN
HELIOGRAPH_ADDRESS=https://$DOMAIN
HELIOGRAPH_REPLAY=0
HELIOGRAPH_LOG_FORMAT=json
TEXT
        for name in HELIOGRAPH_SECRET_KEY DATABASE_URL REDIS_URL HELIOGRAPH_BROKER_URL; do
            if [[ -s $SECRETS/$name || $name != HELIOGRAPH_BROKER_URL ]]; then echo "${name}_FILE=$SECRETS/$name"; fi
        done
    } | put_block /etc/heliograph/heliograph.env 0640 root:heliograph top
}
