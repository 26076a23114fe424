#!/bin/sh
# Builds the tests in a folder of their own and runs them.
set -eu
cd "$(dirname "$0")"
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
"${CXX:-g++}" -std=c++17 -Wall -Wextra -o "$build/rope_test" rope.cpp rope_test.cpp
"$build/rope_test"
