#!/usr/bin/env bash
# What a shop does in a PunchOut: shop.sh TOKEN, with GATEWAY and STOREFRONT, a key of the scope storefront, in the environment.
set -euo pipefail
here=$(dirname -- "${BASH_SOURCE[0]}")
. "$here/punchgate.sh"
token=${1:?the punchout_token of the landing address}

# A browser arrived at the landing address. The key is made of the token, so that a reload within a minute gets the same answer.
visit=$(call "$STOREFRONT" POST /v1/storefront/sessions/exchange "$(jq -n --arg token "$token" '{token: $token}')" \
    "exchange-$(sha256sum <<<"$token" | cut -c 1-64)")
session=$(jq -r .session.id <<<"$visit")
customer=$(jq -r .customer.id <<<"$visit")
echo "$(jq -r '(.person.name | values | select(. != "")) // "somebody"' <<<"$visit") shops for $(jq -r .customer.name <<<"$visit")"

# Before it shows a cart or a checkout, the shop asks what to offer.
policy=$(call "$STOREFRONT" GET "/v1/storefront/checkout-policy?customer=$customer&session=$session")
[ "$(jq -r .action <<<"$policy")" = send_order ] || { echo "the cart cannot be sent: $policy" >&2; exit 1; }
echo "the button says: $(jq -r .label <<<"$policy")"

# The person pressed the button. The key is made of the session and the cart, so that a doubled click sends once.
cart=$(cat "$here/../cart.json")
sent=$(call "$STOREFRONT" POST "/v1/storefront/sessions/$session/cart" "$cart" "cart-$(sha256sum <<<"$session $cart" | cut -c 1-64)")
jq -r '.warnings[] | "warning: \(.path) \(.message)"' <<<"$sent"
echo "order $(jq -r .order.number <<<"$sent"); the browser goes to"
jq -r .transfer_url <<<"$sent"
