<?php
declare(strict_types=1);

// What an ERP does every few minutes: takes all confirmed orders. GATEWAY and ERP, a key of the scope erp, are in the environment.

require __DIR__ . '/punchgate.php';

$gateway = new Punchgate(setting('GATEWAY'), setting('ERP'));
try {
    $cursor = '';
    do {
        $page = $gateway->call('GET', '/v1/erp/orders?' . http_build_query(['status' => 'confirmed', 'limit' => 50, 'cursor' => $cursor]));
        foreach ($page['orders'] as $order) {
            $reference = 'SO-' . $order['number']; // the ERP's own number, from the books that it wrote the order into
            $gateway->call('POST', "/v1/erp/orders/{$order['id']}/exported", ['erp_reference' => $reference], "export-{$order['id']}");
            $lines = array_map(fn (array $l): string => "{$l['quantity']} {$l['unit']} {$l['name']}", $order['cart']['lines']);
            echo "took {$order['number']} as $reference: " . implode(', ', $lines) . "\n";
        }
        $cursor = $page['next_cursor'];
    } while ($cursor !== '');
} catch (PunchgateException $e) {
    fwrite(STDERR, $e->getMessage() . "\n");
    exit(1);
}
