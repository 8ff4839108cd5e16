# What was asked for, now and before.
# shellcheck shell=bash

OPTIONS=/etc/heliograph/install.conf
REMEMBERED=(ROLES DOMAIN EMAIL WORKERS WEB_NODES DRAINED ALLOWED PRIMARY SYNCHRONOUS SENTINEL_QUORUM)
COMMAND=install DRY_RUN=0 PURGE=0 RELEASE_FROM='' CERTIFICATE_FROM='' KEY_FROM=''
DATABASE_URL_GIVEN='' REDIS_URL_GIVEN='' BROKER_URL_GIVEN=''
ROLES=web,worker,db DOMAIN='' EMAIL='' WORKERS='' WEB_NODES='' DRAINED='' ALLOWED='' PRIMARY='' SYNCHRONOUS=0
SENTINEL_QUORUM=''

read_options() {
    case ${1:-} in
        install | promote | uninstall) COMMAND=$1 && shift ;;
    esac
    # shellcheck source=/dev/null
    [[ -r $OPTIONS ]] && . "$OPTIONS"
    local nodes='' drained='' allowed=''
    while (($#)); do
        case $1 in
            --single-node) ROLES=web,worker,db ;;
            --synchronous) SYNCHRONOUS=1 ;;
            --dry-run) DRY_RUN=1 ;;
            --purge) PURGE=1 ;;
            -h | --help) usage && exit 0 ;;
            --*)
                (($# > 1)) || fail "$1 needs a value; --help tells which."
                take_value "$1" "$2"
                shift
                ;;
            *) fail "'$1' is no option; --help lists them." ;;
        esac
        shift
    done
    WEB_NODES=${nodes:-$WEB_NODES} DRAINED=${drained:-$DRAINED} ALLOWED=${allowed:-$ALLOWED}
    # They name all that shall be; "none" empties what was remembered.
    [[ $WEB_NODES == none ]] && WEB_NODES=''
    [[ $DRAINED == none ]] && DRAINED=''
    [[ $ALLOWED == none ]] && ALLOWED=''
    return 0
}

take_value() {
    case $1 in
        --role) ROLES=$2 ;;
        --domain) DOMAIN=$2 ;;
        --email) EMAIL=$2 ;;
        --workers) WORKERS=$2 ;;
        --release) RELEASE_FROM=$2 ;;
        --certificate) CERTIFICATE_FROM=$2 ;;
        --key) KEY_FROM=$2 ;;
        --web-node) nodes="${nodes:+$nodes }$2" ;;
        --drain) drained="${drained:+$drained }$2" ;;
        --allow) allowed="${allowed:+$allowed }$2" ;;
        --database-url) DATABASE_URL_GIVEN=$2 ;;
        --redis-url) REDIS_URL_GIVEN=$2 ;;
        --broker-url) BROKER_URL_GIVEN=$2 ;;
        --primary) PRIMARY=$2 ;;
        --sentinel) SENTINEL_QUORUM=$2 ;;
        *) fail "'$1' is no option; --help lists them." ;;
    esac
}

check_options() {
    local role
    for role in ${ROLES//,/ }; do
        [[ $role =~ ^(web|worker|db|standby)$ ]] || fail "'$role' is no role; there are web, worker, db and standby."
    done
    [[ -n $ROLES ]] || fail '--role names nothing; there are web, worker, db and standby.'
    has db && has standby && fail 'A machine is db or standby; `promote` makes one of the other.'
    has standby && [[ -z $PRIMARY ]] && fail 'A standby needs --primary HOST, whom it follows.'
    if has web || has worker; then
        [[ $DOMAIN =~ ^[A-Za-z0-9.-]+$ ]] || fail '--domain NAME is missing, such as signals.example.com.'
    fi
    if has web && [[ -z $CERTIFICATE_FROM && -z $EMAIL && ! -e $TLS/fullchain.pem ]]; then
        fail 'Name --certificate FILE and --key FILE, or --email ADDRESS for certbot.'
    fi
    [[ -z $CERTIFICATE_FROM || -n $KEY_FROM ]] || fail '--certificate needs --key FILE, too.'
    [[ -z $WORKERS || $WORKERS =~ ^[1-9][0-9]*$ ]] || fail "--workers '$WORKERS' is no number."
    [[ -z $SENTINEL_QUORUM || $SENTINEL_QUORUM =~ ^[1-9]$ ]] || fail "--sentinel '$SENTINEL_QUORUM' is no number."
    command -v apt-get >/dev/null || fail 'This is neither Debian nor Ubuntu: there is no apt-get.'
    MEMORY_MB=$(memory_mb)
    local spare=$(($(nproc) - 1))
    WORKERS=${WORKERS:-$((spare > 0 ? spare : 1))}
}

keep_options() {
    local name text=''
    for name in "${REMEMBERED[@]}"; do
        printf -v text '%s%s=%q\n' "$text" "$name" "${!name}"
    done
    printf %s "$text" | put "$OPTIONS" 0600 root:root
}
