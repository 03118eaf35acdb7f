#!/usr/bin/env bash
# What an ERP does every few minutes: takes all confirmed orders. GATEWAY and ERP, a key of the scope erp, are in the environment.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/punchgate.sh"

cursor=
while true; do
    page=$(call "$ERP" GET "/v1/erp/orders?status=confirmed&limit=50&cursor=$cursor")
    while read -r order; do
        id=$(jq -r .id <<<"$order")
        number=$(jq -r .number <<<"$order")
        reference=SO-$number # the ERP's own number, from the books that it wrote the order into
        call "$ERP" POST "/v1/erp/orders/$id/exported" "$(jq -n --arg reference "$reference" '{erp_reference: $reference}')" "export-$id" >/dev/null
        echo "took $number as $reference: $(jq -r '[.cart.lines[] | "\(.quantity) \(.unit) \(.name)"] | join(", ")' <<<"$order")"
    done < <(jq -c '.orders[]' <<<"$page")
    cursor=$(jq -r '.next_cursor | @uri' <<<"$page")
    [ -n "$cursor" ] || break
done
