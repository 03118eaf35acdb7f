<?php
declare(strict_types=1);

// What a shop does in a PunchOut: php shop.php TOKEN, with GATEWAY and STOREFRONT, a key of the scope storefront, in the environment.

require __DIR__ . '/punchgate.php';

$token = $argv[1] ?? exit("the punchout_token of the landing address is missing\n");
$gateway = new Punchgate(setting('GATEWAY'), setting('STOREFRONT'));
try {
    // A browser arrived at the landing address. The key is made of the token, so that a reload within a minute gets the same answer.
    $visit = $gateway->call('POST', '/v1/storefront/sessions/exchange', ['token' => $token], 'exchange-' . hash('sha256', $token));
    $session = $visit['session']['id'];
    printf("%s shops for %s\n", $visit['person']['name'] ?: 'somebody', $visit['customer']['name']);

    // Before it shows a cart or a checkout, the shop asks what to offer.
    $policy = $gateway->call('GET', '/v1/storefront/checkout-policy?' . http_build_query(['customer' => $visit['customer']['id'], 'session' => $session]));
    if ($policy['action'] !== 'send_order') {
        throw new RuntimeException('the cart cannot be sent: ' . json_encode($policy['reasons']));
    }
    echo "the button says: {$policy['label']}\n";

    // The person pressed the button. The key is made of the session and the cart, so that a doubled click sends once.
    $cart = json_decode(file_get_contents(__DIR__ . '/../cart.json'), true, 512, JSON_THROW_ON_ERROR);
    $sent = $gateway->call('POST', "/v1/storefront/sessions/$session/cart", $cart, 'cart-' . hash('sha256', $session . json_encode($cart)));
    foreach ($sent['warnings'] as $warning) {
        echo "warning: {$warning['path']} {$warning['message']}\n";
    }
    echo "order {$sent['order']['number']}; the browser goes to\n{$sent['transfer_url']}\n"; // header("Location: ...", true, 303)
} catch (RuntimeException $e) {
    fwrite(STDERR, $e->getMessage() . "\n");
    exit(1);
}
