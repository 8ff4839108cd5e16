# The certificate of the pages, and of servers that others reach.
# shellcheck shell=bash

TLS=/etc/heliograph/tls

place_certificate() {
    step 'Certificate'
    local before=$CHANGES
    folder $TLS 0750 root:root
    if [[ -n $CERTIFICATE_FROM ]]; then
        check_certificate
        put $TLS/fullchain.pem 0644 root:root <"$CERTIFICATE_FROM"
        put $TLS/privkey.pem 0600 root:root <"$KEY_FROM"
    elif [[ ! -e $TLS/fullchain.pem ]]; then
        # nginx has to run before certbot can show whose name it is.
        changed 'make a certificate for the time until certbot has one'
        ((DRY_RUN)) || logged openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$DOMAIN" \
            -addext "subjectAltName=DNS:$DOMAIN" -keyout $TLS/privkey.pem -out $TLS/fullchain.pem
    fi
    CERTIFICATE=$TLS/fullchain.pem KEY=$TLS/privkey.pem
    if [[ -z $CERTIFICATE_FROM && -e /etc/letsencrypt/live/$DOMAIN/fullchain.pem ]]; then
        CERTIFICATE=/etc/letsencrypt/live/$DOMAIN/fullchain.pem KEY=/etc/letsencrypt/live/$DOMAIN/privkey.pem
    fi
    ((CHANGES == before)) || owe nginx
}

check_certificate() {
    [[ -r $CERTIFICATE_FROM ]] || fail "$CERTIFICATE_FROM cannot be read."
    [[ -r $KEY_FROM ]] || fail "$KEY_FROM cannot be read."
    ((DRY_RUN)) && return
    openssl x509 -in "$CERTIFICATE_FROM" -noout -checkend 86400 >/dev/null 2>&1 ||
        fail "$CERTIFICATE_FROM is no certificate, or ends within a day."
    openssl x509 -in "$CERTIFICATE_FROM" -noout -checkhost "$DOMAIN" | grep -q 'does match' ||
        fail "$CERTIFICATE_FROM is not for $DOMAIN."
    [[ $(openssl x509 -in "$CERTIFICATE_FROM" -noout -pubkey) == "$(openssl pkey -in "$KEY_FROM" -pubout 2>/dev/null)" ]] ||
        fail "$KEY_FROM is not the key of $CERTIFICATE_FROM."
}

ask_certbot() {
    if [[ -n $CERTIFICATE_FROM || -z $EMAIL || -e /etc/letsencrypt/live/$DOMAIN ]]; then return 0; fi
    if ! has_systemd; then
        note 'certbot was not asked: systemd does not run here.'
        return
    fi
    changed "ask for a certificate for $DOMAIN"
    ((DRY_RUN)) && return
    logged certbot certonly --non-interactive --agree-tos --email "$EMAIL" --webroot -w /var/www/heliograph \
        -d "$DOMAIN" --deploy-hook 'systemctl reload nginx'
    CERTIFICATE=/etc/letsencrypt/live/$DOMAIN/fullchain.pem KEY=/etc/letsencrypt/live/$DOMAIN/privkey.pem
    write_site
    logged systemctl reload nginx
}

# own_certificate FOLDER GROUP: the given one, else that which Debian makes, for a server that other machines reach.
own_certificate() {
    local cert=/etc/ssl/certs/ssl-cert-snakeoil.pem key=/etc/ssl/private/ssl-cert-snakeoil.key
    [[ -r $TLS/fullchain.pem ]] && cert=$TLS/fullchain.pem key=$TLS/privkey.pem
    [[ -n $CERTIFICATE_FROM ]] && cert=$CERTIFICATE_FROM key=$KEY_FROM
    put "$1/heliograph-cert.pem" 0644 root:root <"$cert"
    put "$1/heliograph-key.pem" 0640 "root:$2" <"$key"
}
