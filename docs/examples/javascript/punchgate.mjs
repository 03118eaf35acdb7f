// Calls of the gateway with one API key, by fetch (Node.js 18 or later).

/** A refusal by the gateway (RFC 9457), or that it did not answer: then the status is 0. */
export class PunchgateError extends Error {
  constructor(status, problem) {
    const { code, detail, errors, reasons } = problem;
    super(`the gateway answered ${status}: ${JSON.stringify({ code, detail, errors, reasons })}`);
    Object.assign(this, { status, code, errors, reasons });
  }
}

const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

export class Punchgate {
  #gateway;
  #key;

  constructor(gateway, key) {
    this.#gateway = gateway;
    this.#key = key;
  }

  /**
   * Makes a call and returns what was answered. Where there is no answer, or none yet, the call is made again, after as long as the
   * gateway says: with the same idempotency key it is done once.
   */
  async call(method, path, body, idempotencyKey) {
    const headers = { Authorization: `Bearer ${this.#key}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (idempotencyKey) headers["Idempotency-Key"] = idempotencyKey;
    for (let attempt = 1; ; attempt++) {
      const { status, answer, wait } = await this.#attempt(path, { method, headers, body: body && JSON.stringify(body) });
      if (status >= 200 && status < 300) return answer;
      const again = status === 0 || status >= 500 || status === 429 || answer.code === "idempotency.in_progress";
      if (!again || attempt === 5) throw new PunchgateError(status, answer);
      await sleep(wait || attempt);
    }
  }

  async #attempt(path, options) {
    try {
      const response = await fetch(this.#gateway + path, { ...options, redirect: "manual", signal: AbortSignal.timeout(30_000) });
      const text = await response.text();
      let answer = {};
      try {
        answer = JSON.parse(text);
      } catch {
        // the page of a proxy in between
      }
      return { status: response.status, answer, wait: Number(response.headers.get("Retry-After")) };
    } catch (error) {
      return { status: 0, answer: { detail: String(error.cause ?? error) }, wait: 0 };
    }
  }
}

/** A setting from the environment. */
export function setting(name) {
  if (!process.env[name]) {
    console.error(`${name} is not set`);
    process.exit(2);
  }
  return process.env[name];
}
