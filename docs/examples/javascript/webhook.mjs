// Receives what the gateway tells (Standard Webhooks 1.0.0): WEBHOOK_SECRET=whsec_... PORT=9000 node webhook.mjs
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { setting } from "./punchgate.mjs";

const key = Buffer.from(setting("WEBHOOK_SECRET").replace(/^whsec_/, ""), "base64");

/** Whether the gateway sent the message, within the last five minutes. */
function verified(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures = "" } = headers;
  if (!/^\d+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false; // an old one that somebody sends again
  const expected = Buffer.from("v1," + createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64"));
  return signatures.split(" ").some((signature) => { // two while a secret is replaced
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

async function receive(request, response) {
  const body = await buffer(request);
  if (!verified(request.headers, body)) return response.writeHead(401).end();
  // A message may come again under the same id: keep the ids of those that were done, for a day, beside what they changed.
  const { type, data } = JSON.parse(body);
  console.log(`${type} ${data.order?.number ?? ""} (${request.headers["webhook-id"]})`);
  response.writeHead(204).end(); // at once; what takes long is done afterwards
}

createServer((request, response) => {
  receive(request, response).catch((error) => { // such as that somebody hung up in the middle
    console.error(error.message);
    response.destroy();
  });
}).listen(Number(setting("PORT")), "127.0.0.1");
