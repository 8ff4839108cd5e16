# Templates, and what the machine and the options put into them.
# shellcheck shell=bash

# render FILE NAME...: the file with @NAME@ replaced by the value of the variable NAME, on standard output.
render() {
    local text name
    text=$(<"$1")
    for name in "${@:2}"; do
        text=${text//"@$name@"/"${!name}"}
    done
    if [[ $text =~ @[A-Z0-9_]+@ ]]; then
        fail "$1 holds ${BASH_REMATCH[0]}, which nothing replaces."
    fi
    printf '%s\n' "$text"
}

# web_servers ADDRESS[=WEIGHT]... : the lines of nginx's upstream; what DRAINED names gets nothing new.
web_servers() {
    local node address weight down
    for node in "$@"; do
        address=${node%%=*}
        weight=1
        [[ $node == *=* ]] && weight=${node#*=}
        down=
        [[ " ${DRAINED:-} " == *" $address "* ]] && down=' down'
        printf '    server %s weight=%s max_fails=3 fail_timeout=10s%s;\n' "$address" "$weight" "$down"
    done
}

# megabytes PERCENT LEAST MOST: that share of the machine's memory, within limits.
megabytes() {
    local share=$((MEMORY_MB * $1 / 100))
    ((share < $2)) && share=$2
    ((share > $3)) && share=$3
    echo "$share"
}

memory_mb() {
    awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo
}
