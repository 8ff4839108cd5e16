# Packages of the system.
# shellcheck shell=bash

PROMPTLESS=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Options::=--force-confold)

install_packages() {
    local wanted=(ca-certificates openssl logrotate) missing=() package
    if has web || has worker; then wanted+=(python3 python3-venv); fi
    if has web; then wanted+=(nginx); fi
    if has web && [[ -z $CERTIFICATE_FROM && -n $EMAIL ]] && has_systemd; then wanted+=(certbot); fi
    if has db || has standby; then wanted+=(postgresql redis-server ssl-cert); fi
    if [[ -n $SENTINEL_QUORUM ]]; then wanted+=(redis-sentinel); fi
    step 'Packages'
    ((DRY_RUN)) || install -d -m 0700 "$STATE"
    if has db || has standby; then keep_checksums; fi
    for package in "${wanted[@]}"; do
        is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    changed "install ${missing[*]}"
    ((DRY_RUN)) && return
    logged "${PROMPTLESS[@]}" update
    logged "${PROMPTLESS[@]}" install --no-install-recommends "${missing[@]}"
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# The package makes its cluster by what stands here; checksums can hardly be had later.
keep_checksums() {
    is_installed postgresql && return
    folder /etc/postgresql-common 0755 root:root
    folder /etc/postgresql-common/createcluster.d 0755 root:root
    put /etc/postgresql-common/createcluster.d/heliograph.conf 0644 root:root <<<"initdb_options = '--data-checksums'"
}
