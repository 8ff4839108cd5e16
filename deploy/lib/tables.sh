# The tables, made by their owner; and the link by which the first admin comes in.
# shellcheck shell=bash

FIRST_LINK=''

make_tables() {
    step 'Tables'
    local owner=$SECRETS/HELIOGRAPH_OWNER_DATABASE_URL said
    if [[ ! -s $owner ]]; then
        note "the owner's address is not here ($owner): tables are brought up to date where it is"
        return
    fi
    if ((DRY_RUN)); then
        [[ $(readlink "$CURRENT" || true) == "$RELEASE" ]] || changed 'bring the tables up to date'
        return
    fi
    said=$(as_owner "$(<"$owner")" -m heliograph.workers.prepare --tables 2>>"$LOG") || {
        printf '%s\n' "$said" | cat - <(tail -n 5 "$LOG") >&2
        fail "The tables could not be made; $LOG says why."
    }
    FIRST_LINK=$(sed -n 's/^link //p' <<<"$said")
    [[ $said == *'Tables are up to date'* ]] || changed "bring the tables up to date"
}

# as_owner URL WORDS...: the Python of the release as the account, which knows the owner's address for so long.
as_owner() (
    set -a
    # shellcheck source=/dev/null
    . /etc/heliograph/heliograph.env
    DATABASE_URL=$1 HELIOGRAPH_HOME=/var/lib/heliograph HELIOGRAPH_NUMBA_CACHE=/var/lib/heliograph/cache
    HELIOGRAPH_PRODUCTION=0 HOME=/var/lib/heliograph
    unset DATABASE_URL_FILE
    cd /
    exec runuser -u heliograph -- "$CURRENT/.venv/bin/python" -P "${@:2}"
)
