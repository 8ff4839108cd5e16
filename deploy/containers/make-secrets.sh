#!/usr/bin/env bash
# Makes what compose.yaml reads as secrets, once; what is there stays. The certificate you bring yourself, as
# secrets/certificate.pem and secrets/certificate.key.
set -euo pipefail
umask 077
cd "$(dirname "$0")"
mkdir -p secrets

keep() { [[ -s secrets/$1 ]] || printf '%s' "$2" >"secrets/$1"; }
random() { od -An -tx1 -N"$1" /dev/urandom | tr -d ' \n'; }

keep secret_key "$(random 40)"
for name in postgres owner heliograph redis; do keep "${name}_password" "$(random 24)"; done
keep database_url "postgres://heliograph:$(<secrets/heliograph_password)@/heliograph?host=/run/postgresql"
keep owner_url "postgres://heliograph_owner:$(<secrets/owner_password)@/heliograph?host=/run/postgresql"
redis=$(<secrets/redis_password)
keep cache_url "unix://heliograph:$redis@/run/cache/valkey.sock?db=0"
keep broker_url "unix://heliograph:$redis@/run/broker/valkey.sock?db=0"
digest=$(printf '%s' "$redis" | sha256sum | cut -d ' ' -f 1)
keep redis_users "user default off
user heliograph on #$digest ~* &* +@all -@admin -@dangerous +info +flushdb +config|get"
# Containers run as accounts of their own and read these files; the folder lets in nobody but you.
chmod 0700 secrets
chmod 0644 secrets/*
