# The account that runs Heliograph, and its folders.
# shellcheck shell=bash

make_accounts() {
    step 'Account and folders'
    if ! getent group heliograph >/dev/null; then
        changed 'make the group heliograph'
        ((DRY_RUN)) || logged groupadd --system heliograph
    fi
    if ! getent passwd heliograph >/dev/null; then
        changed 'make the account heliograph'
        ((DRY_RUN)) || logged useradd --system --gid heliograph --home-dir /var/lib/heliograph --no-create-home \
            --shell /usr/sbin/nologin heliograph
    fi
    folder /etc/heliograph 0750 root:heliograph
    folder /etc/heliograph/secrets 0750 root:heliograph
    if has web || has worker; then
        folder /opt/heliograph 0755 root:root
        folder /opt/heliograph/releases 0755 root:root
        folder /var/lib/heliograph 0700 heliograph:heliograph
        folder /var/backups/heliograph 0700 heliograph:heliograph
    fi
}
