# Two Redis, for what waits and for what is cached, so that neither can fill or empty the other.
# shellcheck shell=bash

BROKER_PORT=6479
CACHE_PORT=6480
KEPT=/etc/redis/heliograph

set_up_redis() {
    local name port MEMORY LISTEN BIND='127.0.0.1 -::1' before
    step 'Redis'
    if ! getent passwd redis >/dev/null; then
        ((DRY_RUN)) || fail 'There is no account redis: the package redis-server is broken.'
        changed 'size two Redis, for the queue and for the cache'
        return 0
    fi
    before=$CHANGES
    folder $KEPT 2750 root:redis
    users | put $KEPT/users.acl 0640 root:redis
    [[ -n $ALLOWED ]] && BIND='* -::*'
    if [[ -n $ALLOWED ]]; then own_certificate $KEPT redis; fi
    MEMORY=$(megabytes 10 64 8192)
    for name in broker cache; do
        port=$BROKER_PORT
        [[ $name == cache ]] && port=$CACHE_PORT
        LISTEN="port $port"
        if [[ -n $ALLOWED ]]; then
            printf -v LISTEN '%s\n' 'port 0' "tls-port $port" 'tls-auth-clients no' 'tls-replication yes' \
                "tls-cert-file $KEPT/heliograph-cert.pem" "tls-key-file $KEPT/heliograph-key.pem" \
                'tls-ca-cert-dir /etc/ssl/certs'
        fi
        render "$HERE/redis/$name.conf" BIND LISTEN MEMORY | put $KEPT/$name.conf 0640 root:redis
        folder "/var/lib/redis/heliograph-$name" 0750 redis:redis
        # Redis writes here what Sentinels tell it, so it is only begun by us.
        [[ -e /etc/redis/redis-heliograph-$name.conf ]] || live_redis $name |
            put "/etc/redis/redis-heliograph-$name.conf" 0640 redis:redis
    done
    ((CHANGES == before)) || owe redis
    if [[ -n $SENTINEL_QUORUM ]]; then set_up_sentinel; fi
}

live_redis() {
    echo "include $KEPT/$1.conf"
    if [[ $1 == broker && -n $PRIMARY ]]; then
        printf 'replicaof %s %s\nmasteruser heliograph\nmasterauth %s\n' "${PRIMARY%:*}" $BROKER_PORT "$(<"$SECRETS/PASSWORD_redis")"
    fi
}

# Only the digest of the password stands there. Nobody without it may do anything.
users() {
    local digest=''
    [[ -r $SECRETS/PASSWORD_redis ]] && digest=$(printf %s "$(<"$SECRETS/PASSWORD_redis")" | sha256sum | cut -d' ' -f1)
    echo 'user default off'
    echo "user heliograph on #$digest ~* &* +@all -@admin -@dangerous +info +flushdb +psync +replconf +config|rewrite +slaveof +role +client|kill"
}

set_up_sentinel() {
    folder /var/lib/redis/heliograph-sentinel 0750 redis:redis
    [[ -e /etc/redis/sentinel-heliograph.conf ]] && return
    local own
    own=$(hostname -I 2>/dev/null | cut -d' ' -f1)
    put /etc/redis/sentinel-heliograph.conf 0640 redis:redis <<TEXT
port 26479
dir /var/lib/redis/heliograph-sentinel
sentinel monitor heliograph ${PRIMARY:-${own:-127.0.0.1}} $BROKER_PORT $SENTINEL_QUORUM
sentinel auth-user heliograph heliograph
sentinel auth-pass heliograph $(<"$SECRETS/PASSWORD_redis")
sentinel down-after-milliseconds heliograph 5000
sentinel failover-timeout heliograph 30000
TEXT
}

redis_scheme() { if [[ -n $ALLOWED ]]; then echo rediss; else echo redis; fi; }
redis_query() { if [[ -n $ALLOWED ]]; then echo '?ssl_cert_reqs=none'; fi; }
