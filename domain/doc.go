// Package domain says what a PunchOut is, and nothing else: no I/O, no clock, no randomness. Times and identifiers are
// arguments.
//
// The words used throughout:
//
//   - tenant: one shop (a supplier) that uses the gateway; every stored thing belongs to exactly one tenant
//   - customer: a buying organisation of that shop; one of its custom fields, a checkbox, makes it eligible
//   - connection: the agreement between one customer's procurement system and the shop: format, login, return policy
//   - link: an unguessable address that starts a PunchOut for one connection, or for whichever of a network's buyers the document names
//   - person: the human who shops; "buyer" is the buying organisation as a party
//   - session: one PunchOut visit, from login to returned cart; never tied to the login name, which many people share
//   - cart: the neutral shopping cart that every format is written from
//   - transfer: handing the encoded cart to the procurement system
//   - order: what the shop keeps of a transferred cart until the procurement system completes it and the ERP takes it
//   - completion: the ping or purchase order by which the procurement system completes an order
//   - receipt: a purchase order document that came in, and what became of it
//   - answer: what the shop says of a purchase order, on its way to the procurement system
//   - event: something that happened to a session, order or connection; it stays in the outbox of that one until all are told of it
//   - webhook: an address of the shop or its ERP that is told of events
//   - mapping: how a connection's carts are adapted to the customer's data format
//   - buyer system: what is known of the procurement systems of one maker: what they cut, change and refuse
//   - user: a person who operates the gateway's pages: of one tenant, or of whoever runs the gateway
//   - sign-in: that a user showed who it is, for a while, to one browser; a login is that of a procurement system
//   - format: one wire format, such as proceedo-cxml or peppol-bis-punchout-3
package domain
