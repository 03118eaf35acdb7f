// What an ERP does every few minutes: takes all confirmed orders. GATEWAY and ERP, a key of the scope erp, are in the environment.
import { Punchgate, setting } from "./punchgate.mjs";

async function takeOrders(gateway) {
  let cursor = "";
  do {
    const page = await gateway.call("GET", `/v1/erp/orders?${new URLSearchParams({ status: "confirmed", limit: "50", cursor })}`);
    for (const { id, number, cart } of page.orders) {
      const reference = `SO-${number}`; // the ERP's own number, from the books that it wrote the order into
      await gateway.call("POST", `/v1/erp/orders/${id}/exported`, { erp_reference: reference }, `export-${id}`);
      console.log(`took ${number} as ${reference}: ${cart.lines.map((l) => `${l.quantity} ${l.unit} ${l.name}`).join(", ")}`);
    }
    cursor = page.next_cursor;
  } while (cursor);
}

try {
  await takeOrders(new Punchgate(setting("GATEWAY"), setting("ERP")));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
