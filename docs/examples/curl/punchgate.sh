# Calls of the gateway. Source this file; it needs curl and jq, and GATEWAY, the gateway's address.

# call KEY METHOD PATH [BODY [IDEMPOTENCY_KEY]] prints the answer. A refusal is told on standard error and is a failure. Where there is
# no answer, or none yet, the call is made again, after as long as the gateway says: with the same idempotency key it is done once.
call() {
    local key=$1 method=$2 path=$3 body=${4-} once=${5-} attempt answer head status wait code
    answer=$(mktemp) head=$(mktemp)
    local arguments=(-sS --max-time 30 -X "$method" -H "Authorization: Bearer $key" -o "$answer" -D "$head" -w '%{http_code}')
    [ -z "$once" ] || arguments+=(-H "Idempotency-Key: $once")
    [ -z "$body" ] || arguments+=(-H 'Content-Type: application/json' --data-binary "$body")
    for attempt in 1 2 3 4 5; do
        status=$(curl "${arguments[@]}" "$GATEWAY$path") || status=0
        case $status in 2??) break ;; esac
        code=$(jq -r '.code // empty' "$answer" 2>/dev/null || true)
        case $status:$code in
            0:* | 5??:* | 429:* | 409:idempotency.in_progress) ;;
            *) break ;;
        esac
        wait=$(tr -d '\r' <"$head" | awk 'tolower($1) == "retry-after:" {print $2}')
        [ "$attempt" = 5 ] || sleep "${wait:-$attempt}"
    done
    case $status in
        2??) cat "$answer" ;;
        *) echo "$method $path was answered $status: $(jq -c '{code, detail, errors, reasons} | del(..|nulls)' "$answer" 2>/dev/null)" >&2 ;;
    esac
    rm -f "$answer" "$head"
    case $status in 2??) ;; *) return 1 ;; esac
}
