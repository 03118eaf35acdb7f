<?php
declare(strict_types=1);

// Receives what the gateway tells (Standard Webhooks 1.0.0): WEBHOOK_SECRET=whsec_... php -S 127.0.0.1:9000 webhook.php

/** Whether the gateway sent the message, within the last five minutes. */
function verified(string $secret, string $id, string $timestamp, string $signatures, string $body): bool
{
    if (!ctype_digit($timestamp) || abs(time() - (int) $timestamp) > 300) {
        return false; // an old message that somebody sends again
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
    if ($key === false || $key === '') {
        throw new RuntimeException('WEBHOOK_SECRET is no secret of a webhook');
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    foreach (explode(' ', $signatures) as $signature) { // two while a secret is replaced
        if (hash_equals($expected, $signature)) {
            return true;
        }
    }
    return false;
}

$body = file_get_contents('php://input');
$header = fn (string $name): string => $_SERVER['HTTP_WEBHOOK_' . $name] ?? '';
if (!verified((string) getenv('WEBHOOK_SECRET'), $header('ID'), $header('TIMESTAMP'), $header('SIGNATURE'), $body)) {
    http_response_code(401);
    exit;
}
// A message may come again under the same id: keep the ids of those that were done, for a day, beside what they changed.
$event = json_decode($body, true, 512, JSON_THROW_ON_ERROR);
error_log("{$event['type']} " . ($event['data']['order']['number'] ?? '') . " ({$header('ID')})");
http_response_code(204); // at once; what takes long is done afterwards
