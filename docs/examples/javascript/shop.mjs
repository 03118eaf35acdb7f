// What a shop does in a PunchOut: node shop.mjs TOKEN, with GATEWAY and STOREFRONT, a key of the scope storefront, in the environment.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Punchgate, setting } from "./punchgate.mjs";

const digest = (text) => createHash("sha256").update(text).digest("hex");

async function shop(gateway, token) {
  // A browser arrived at the landing address. The key is made of the token, so that a reload within a minute gets the same answer.
  const { session, customer, person } = await gateway.call("POST", "/v1/storefront/sessions/exchange", { token }, `exchange-${digest(token)}`);
  console.log(`${person.name || "somebody"} shops for ${customer.name}`);

  // Before it shows a cart or a checkout, the shop asks what to offer.
  const question = new URLSearchParams({ customer: customer.id, session: session.id });
  const policy = await gateway.call("GET", `/v1/storefront/checkout-policy?${question}`);
  if (policy.action !== "send_order") throw new Error(`the cart cannot be sent: ${JSON.stringify(policy.reasons)}`);
  console.log(`the button says: ${policy.label}`);

  // The person pressed the button. The key is made of the session and the cart, so that a doubled click sends once.
  const cart = JSON.parse(await readFile(new URL("../cart.json", import.meta.url), "utf8"));
  const sent = await gateway.call("POST", `/v1/storefront/sessions/${session.id}/cart`, cart, `cart-${digest(session.id + JSON.stringify(cart))}`);
  for (const { path, message } of sent.warnings) console.log(`warning: ${path} ${message}`);
  console.log(`order ${sent.order.number}; the browser goes to\n${sent.transfer_url}`); // response.redirect(303, sent.transfer_url)
}

const token = process.argv[2];
if (!token) {
  console.error("the punchout_token of the landing address is missing");
  process.exit(2);
}
try {
  await shop(new Punchgate(setting("GATEWAY"), setting("STOREFRONT")), token);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
