<?php
declare(strict_types=1);

/** A refusal by the gateway (RFC 9457), or that it did not answer: then the status is 0. */
final class PunchgateException extends RuntimeException
{
    public function __construct(public readonly int $status, public readonly array $problem)
    {
        $told = array_intersect_key($problem, array_flip(['code', 'detail', 'errors', 'reasons']));
        parent::__construct("the gateway answered $status: " . json_encode($told, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES));
    }
}

/** Calls of the gateway with one API key. */
final class Punchgate
{
    public function __construct(private string $gateway, private string $key)
    {
    }

    /**
     * Makes a call and returns what was answered. Where there is no answer, or none yet, the call is made again, after as long as the
     * gateway says: with the same idempotency key it is done once.
     *
     * @throws PunchgateException
     */
    public function call(string $method, string $path, ?array $body = null, string $idempotencyKey = ''): array
    {
        $headers = ["Authorization: Bearer $this->key", 'Content-Type: application/json'];
        if ($idempotencyKey !== '') {
            $headers[] = "Idempotency-Key: $idempotencyKey";
        }
        $options = ['method' => $method, 'header' => $headers, 'timeout' => 30, 'ignore_errors' => true, 'follow_location' => 0];
        if ($body !== null) {
            $options['content'] = json_encode($body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
        }
        for ($attempt = 1; ; $attempt++) {
            [$status, $answer, $wait] = $this->attempt($path, $options);
            if ($status >= 200 && $status < 300) {
                return $answer;
            }
            $again = $status === 0 || $status >= 500 || $status === 429 || ($answer['code'] ?? '') === 'idempotency.in_progress';
            if (!$again || $attempt === 5) {
                throw new PunchgateException($status, $answer);
            }
            sleep($wait ?: $attempt);
        }
    }

    /** @return array{int, array, int} status, answer, and the seconds to wait */
    private function attempt(string $path, array $options): array
    {
        $text = @file_get_contents($this->gateway . $path, false, stream_context_create(['http' => $options]));
        if ($text === false || !preg_match('/^HTTP\/\S+ (\d{3})/', $http_response_header[0] ?? '', $line)) {
            return [0, ['detail' => error_get_last()['message'] ?? 'no answer'], 0];
        }
        $wait = 0;
        foreach ($http_response_header as $header) {
            if (preg_match('/^Retry-After:\s*(\d+)/i', $header, $match)) {
                $wait = (int) $match[1];
            }
        }
        return [(int) $line[1], json_decode($text, true) ?? [], $wait];
    }
}

/** A setting from the environment. */
function setting(string $name): string
{
    $value = getenv($name);
    if ($value === false || $value === '') {
        fwrite(STDERR, "$name is not set\n");
        exit(2);
    }
    return $value;
}
