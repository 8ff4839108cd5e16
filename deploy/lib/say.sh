# What is said, and what is counted.
# shellcheck shell=bash

CHANGES=0
STEP='reading the options'
DONE=()

say() { printf '%s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

# step NAME: what follows belongs to it; a failure says which were done before.
step() {
    [[ $STEP == 'reading the options' ]] || DONE+=("$STEP")
    STEP=$1
    say "$1"
    if [[ ${HELIOGRAPH_INSTALL_FAULT:-} == "$1" ]]; then
        fail 'stopped here, as HELIOGRAPH_INSTALL_FAULT asks for.'
    fi
}

# changed WHAT: counts a change and says it.
changed() {
    CHANGES=$((CHANGES + 1))
    if ((DRY_RUN)); then note "would $1"; else note "$1"; fi
}

told_what_was_done() {
    local code=$?
    rest_postgresql
    ((code == 0)) && return
    {
        say "Failed at: $STEP."
        if ((${#DONE[@]})); then
            local words
            printf -v words '%s, ' "${DONE[@]}"
            say "Done before: ${words%, }."
        fi
        say "$CHANGES changes were made. Put right what is said above and run the same again: it goes on from here."
    } >&2
}
