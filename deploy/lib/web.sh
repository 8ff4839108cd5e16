# nginx before the pages.
# shellcheck shell=bash

SITE=/etc/nginx/sites-available/heliograph.conf

set_up_web() {
    step 'nginx'
    local before=$CHANGES
    folder /var/www 0755 root:root
    folder /var/www/heliograph 0755 root:root
    write_site
    link /etc/nginx/sites-enabled/heliograph.conf $SITE
    # It would answer in our place whoever asks for no name.
    gone /etc/nginx/sites-enabled/default
    folder /etc/sysctl.d 0755 root:root
    put /etc/sysctl.d/60-heliograph.conf 0644 root:root <"$HERE/sysctl.conf"
    put /etc/logrotate.d/heliograph 0644 root:root <"$HERE/logrotate"
    ((CHANGES == before)) || owe nginx
    ((DRY_RUN)) && return
    nginx -t >>"$LOG" 2>&1 || {
        tail -n 5 "$LOG" >&2
        fail 'nginx does not take its configuration; it goes on with the one before.'
    }
    if has_systemd && owed nginx; then logged systemctl reload-or-restart nginx; fi
    paid nginx
    ask_certbot
}

write_site() {
    # shellcheck disable=SC2034
    local IPV6='#' UPLOAD_MB REQUESTS_PER_SECOND=50 WEB_SERVERS RELEASE=$CURRENT
    [[ -e /proc/net/if_inet6 ]] && IPV6=''
    # The names and borders of the parts come on top of the files.
    UPLOAD_MB=$(($(sed -n 's/^HELIOGRAPH_UPLOAD_MB=//p' /etc/heliograph/heliograph.env 2>/dev/null | tail -n 1 | grep -E '^[0-9]+$' || echo 1024) + 1))
    # shellcheck disable=SC2086
    WEB_SERVERS=$(web_servers unix:/run/heliograph/web.sock $WEB_NODES)
    render "$HERE/nginx/heliograph.conf" DOMAIN IPV6 UPLOAD_MB REQUESTS_PER_SECOND CERTIFICATE KEY RELEASE WEB_SERVERS |
        put $SITE 0644 root:root
}
