#!/usr/bin/env bash
# Sends the requests on standard input with curl; README.md describes their form.
set -euo pipefail
while IFS=$'\t' read -r -a fields; do
    options=()
    [[ ${fields[2]} == - ]] || options+=(--data-binary "@${fields[2]}")
    for header in "${fields[@]:4}"; do options+=(-H "$header"); done
    curl -sS --max-time 120 -X "${fields[0]}" "${options[@]}" -D "${fields[3]}.headers" -o "${fields[3]}.body" \
        -w '%{http_code}' "${fields[1]}" >"${fields[3]}.status"
done
