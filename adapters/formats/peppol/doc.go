// Package peppol is the format peppol-bis-punchout-3: Peppol BIS Punch Out 3 (transaction T77, the document Catalogue of
// UBL 2.1) by the rules of the release of May 2025. It reads the start call, a form in the person's browser; writes the
// cart and the form that carries it back in Base64; and judges documents of anybody's making.
//
// The field and parameter names of the Swedish login and transmission specification are not public, so every name is a
// setting of the connection. Orders follow in another format.
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
package peppol
