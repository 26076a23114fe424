# shellcheck shell=bash
# What the commands of this project share; to be sourced by bash with `set -euo pipefail`.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

# As many compilers as there are cores, but none without 1.5 GB to work in.
parallel_jobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemAvailable:/ {print int($2 / 1500000)}' /proc/meminfo 2>/dev/null || true)
    [ -n "$memory" ] && [ "$memory" -lt "$cores" ] && cores=$memory
    [ "$cores" -ge 1 ] && echo "$cores" || echo 1
}
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(parallel_jobs)}

# configure PRESET [cmake options]: only when it never succeeded or the presets changed since;
# changes of the CMake files are noticed by the build itself.
configure() {
    local preset=$1 stamp=$root/build/$1/.configured log=$root/build/$1/configure.log
    shift
    if [ -f "$stamp" ] && [ "$stamp" -nt "$root/CMakePresets.json" ]; then return; fi
    say "Configuring build/$preset ..."
    mkdir -p "$root/build/$preset"
    (cd "$root" && cmake --preset "$preset" "$@") >"$log" 2>&1 || { cat "$log" >&2; return 1; }
    touch "$stamp"
}

# build PRESET [TARGET...]: says nothing when there is nothing to do.
build() {
    local preset=$1
    shift
    ! ninja -C "$root/build/$preset" -n "$@" 2>/dev/null | grep -q 'no work to do' || return 0
    say "Building build/$preset ..."
    (cd "$root" && cmake --build --preset "$preset" ${1+--target "$@"}) >&2
}
