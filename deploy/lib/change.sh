# Files and folders: compared first, and written only where they differ.
# shellcheck shell=bash

STATE=/var/lib/heliograph-install
LOG=/var/log/heliograph-install.log

owner_of() { stat -c '%a %U:%G' "$1" 2>/dev/null || true; }

# put FILE MODE OWNER:GROUP: standard input becomes its content, all at once.
put() {
    local text
    text=$(cat && printf x)
    text=${text%x}
    if [[ -f $1 && $(owner_of "$1") == "${2#0} $3" ]] && printf %s "$text" | cmp -s - "$1"; then
        return
    fi
    changed "write $1"
    ((DRY_RUN)) && return
    local part
    part=$(mktemp "$1.XXXXXX")
    printf %s "$text" >"$part"
    chown "$3" "$part"
    chmod "$2" "$part"
    mv "$part" "$1"
}

# put_block FILE MODE OWNER:GROUP [top]: standard input stands between two marks; what else is there stays.
put_block() {
    local begin='# heliograph: begin' end='# heliograph: end' rest='' block
    block="$begin"$'\n'$(cat)$'\n'"$end"
    [[ -f $1 ]] && rest=$(sed "/^$begin\$/,/^$end\$/d" "$1")
    if [[ ${4:-} == top ]]; then
        printf '%s\n%s\n' "$block" "$rest" | put "$1" "$2" "$3"
    else
        printf '%s\n' ${rest:+"$rest"} "$block" | put "$1" "$2" "$3"
    fi
}

folder() {
    [[ -d $1 && $(owner_of "$1") == "${2#0} $3" ]] && return
    changed "make the folder $1"
    ((DRY_RUN)) || install -d -m "$2" -o "${3%:*}" -g "${3#*:}" "$1"
}

link() {
    [[ -L $1 && $(readlink "$1") == "$2" ]] && return
    changed "let $1 lead to $2"
    ((DRY_RUN)) && return
    ln -sfn "$2" "$1.new"
    mv -T "$1.new" "$1"
}

gone() {
    local path
    for path in "$@"; do
        [[ -e $path || -L $path ]] || continue
        changed "remove $path"
        ((DRY_RUN)) || rm -rf -- "$path"
    done
}

# logged COMMAND...: its output goes to the log; where it fails, the end of that is shown.
logged() {
    local from
    from=$(($(wc -l 2>/dev/null <"$LOG" || echo 0) + 1))
    "$@" >>"$LOG" 2>&1 && return
    tail -n +"$from" "$LOG" | tail -n 15 >&2
    fail "\`$*\` failed; $LOG has all that it said."
}

# A program whose files changed is started anew, also when what comes between fails and is done later.
owe() { ((DRY_RUN)) || touch "$STATE/owed-$1"; }
owed() { [[ -e $STATE/owed-$1 ]]; }
paid() { rm -f "$STATE/owed-$1"; }

# mark NAME VALUE: remembers what was done; marked NAME VALUE: whether just that was.
mark() { printf '%s\n' "$2" >"$STATE/$1"; }
marked() { [[ -f $STATE/$1 && $(<"$STATE/$1") == "$2" ]]; }

has_systemd() { [[ -d /run/systemd/system ]]; }
has() { [[ ,$ROLES, == *,$1,* ]]; }

# secret: 40 letters and digits, which need no quoting in addresses.
secret() { LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom 2>/dev/null | head -c 40 || true; }
