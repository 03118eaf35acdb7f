// Package peppol is the formats peppol-bis-punchout-3 and peppol-bis-ordering-3, by the Peppol BIS release that Release
// names: its model, rules and code lists are data in the folder release, and docs/peppol-release.md says how to take over
// the next one.
//
// # Carts
//
// The format peppol-bis-punchout-3 is Peppol BIS Punch Out 3 (transaction T77, the document Catalogue of UBL 2.1).
// It reads the start call, a form in the person's browser; writes the cart and the form that carries it back in Base64; and
// judges documents of anybody's making.
//
// The field and parameter names of the Swedish login and transmission specification are not public, so every name is a
// setting of the connection.
//
// Written otherwise than one may expect:
//
//   - The format names no zone, so every time is in that of issued_at; one to come is written as the present.
//   - A party without an electronic address has none in the document, as the model allows.
//   - The cost of delivery has no place; it is a service line with the item number FREIGHT. Free delivery is none.
//   - A line's contract is ContractSubdivision, the cart's ReferencedContract; contracted is TransactionConditions CT.
//   - The delivery address stands in every line as the territory of its price, its name as the address line.
//   - A line's address on the web is a document reference; extrinsics, and classes of schemes that UNCL7143 does not
//     know, are item properties; a label's identifier is a remark.
//
// Lost with a warning: the seller's reference, the GLN of the delivery address, the time of day of
// available_from, a GTIN beside another standard identifier, and what the warnings of attachments and properties name.
// Lost without: the line's key, for orders name the line's item; the media type of what is linked; and the language, which
// the gateway fills in for other formats and no buyer misses here.
//
// # Orders
//
// The format peppol-bis-ordering-3 is Peppol BIS Ordering 3. It reads Order (transaction T01), bare or in the envelope of a
// Standard Business Document, and writes Order Response (T76) and, for shops that take the order themselves, Order
// Agreement (T110, of Peppol BIS Order Agreement 3). The reader refuses what could be read in two ways, and leaves it to
// others to hold an order against all rules.
//
// Read otherwise than one may expect:
//
//   - No rule says where an order names the cart. It is QuotationDocumentReference, for the cart is a standing offer
//     (BII3-P18-R003) and OCI calls its number that of a quotation, or else CatalogueReference, for it is a Catalogue; never
//     OriginatorDocumentReference, which is the buyer's own requisition, nor AdditionalDocumentReference, of which there
//     may be any number of anything. The model has no references on lines.
//   - Nothing in an order names the line of the cart, so Key is empty. The line number is the buyer's own.
//   - The DocumentID is the instance identifier of the envelope; a bare order has none.
//   - Every order type is an order (Order type code, all synonyms of 220); a code of a change or a response is refused.
//   - The total is that without tax: TaxExclusiveAmount, or what the other sums make of it.
//   - The third line of an address joins the second. A place without a name bears that of the delivery party.
//
// Not read: notes, charges and delivery of single lines, charges of the order, the requested time of delivery, references
// but those to the cart, contacts, accounting, taxes other than VAT, what an article is beyond its names and numbers, and
// what else the envelope says.
//
// Written otherwise than one may expect:
//
//   - An Order Response has lines only where the order is accepted with change, and then all (PEPPOL-T76-R007 to R010).
//     It never adds or replaces an article, and never changes a price.
//   - Times are in the zone of the answer's own time, for the format names none.
//   - An Order Agreement names no previous agreement (NA); order and cart are additional documents. It has tax and totals
//     only where every line names its tax and the order has no charges.
//   - The answer to an order of the process without responses (order_only) is in the process ordering.
//   - A standard identifier of an article in a scheme that the release does not know is left out.
package peppol
