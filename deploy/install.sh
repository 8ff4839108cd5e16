#!/usr/bin/env bash
# Makes a Debian or Ubuntu machine into a Heliograph, or a part of one; running it again changes only what differs.
set -euo pipefail
# What is piped into a function is counted by it.
shopt -s lastpipe
umask 022

usage() {
    cat <<'TEXT'
Usage: deploy/install.sh [install] --domain NAME (--certificate FILE --key FILE | --email ADDRESS) [options]
       deploy/install.sh promote          make this standby the primary
       deploy/install.sh uninstall        remove programs and units; data stay unless --purge

What this machine is:
  --single-node              pages, workers, PostgreSQL and Redis together (the default)
  --role ROLES               some of web,worker,db,standby, with commas between them
  --workers N                workers of signals here (default: the processors less one)
  --release FOLDER|TARBALL   the code (default: the folder that this script lies in)

How people reach it:
  --domain NAME              the name of the pages, such as signals.example.com
  --certificate FILE, --key FILE   a certificate with its chain, and its key
  --email ADDRESS            else one is asked of Let's Encrypt by certbot
  --web-node ADDRESS[=WEIGHT]      another machine's pages to balance over; may be repeated
  --drain ADDRESS            a web node that gets nothing new; may be repeated

Servers, where they are not on this machine or are for others too:
  --database-url URL, --redis-url URL, --broker-url URL   for web and worker elsewhere
  --allow NETWORK            who may reach PostgreSQL and Redis here, by TLS; may be repeated
  --primary HOST             for a standby: whom it follows (PostgreSQL, and Redis with --sentinel)
  --synchronous              on the primary: a change counts once the standby has it
  --sentinel QUORUM          Redis is watched by Sentinels, which agree on another primary

  --dry-run                  say what would change, and change nothing
  --purge                    with uninstall: remove the data, too
  -h, --help

Options are remembered in /etc/heliograph/install.conf; what is given again takes their place.
The last line tells how many changes were made.
TEXT
}

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in say change render options packages accounts settings postgresql standby redis release tables certificate web units remove; do
    # shellcheck source=/dev/null
    . "$HERE/lib/$part.sh"
done

install_all() {
    trap told_what_was_done EXIT
    check_options
    install_packages
    make_accounts
    keep_options
    write_secrets
    write_settings
    if has web || has worker; then make_release; fi
    if has standby; then follow_primary; fi
    if has db; then set_up_postgresql; fi
    if has db || has standby; then set_up_redis; fi
    if has web || has worker; then make_tables; fi
    if has web; then
        place_certificate
        set_up_web
    fi
    set_up_units
    say_what_is_left
    say "$CHANGES changes"
}

read_options "$@"
[[ $(id -u) == 0 ]] || fail 'It has to be run as root.'
case $COMMAND in
    install) install_all ;;
    promote) promote ;;
    uninstall) uninstall ;;
esac
