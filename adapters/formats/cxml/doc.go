// Package cxml reads and writes cXML 1.2 (cxml.org): start calls, carts, purchase orders, and the answers to all of them. A
// format is a constructor on this reader and writer with options of its own: cxml-1.2, and proceedo-cxml, Visma Proceedo's
// own version of cXML.
//
// Written documents keep to the part of the DTD that is the same from 1.2.014 to 1.2.071, so one document is valid in each
// of them, but for two: a price basis, which is written by option and from 1.2.036 on, and the ConfirmationRequest, which
// is of Fulfill.dtd 1.2.071. The version that is named is the connection's, or else that of the request. With the option
// "header" off a document has no Header; then no DTD holds any more, as the buyer agreed.
//
// Read documents are taken by the names of their elements, not by their order, in any encoding that their XML declaration
// names; the DOCTYPE is passed over but for the version that it names, entity declarations are refused, and nothing is ever
// fetched. Of a call with attachments (multipart/related) the root part alone is read. The line ends of texts become LF, as
// XML has it (XML 1.0, section 2.11).
//
// What the cart loses on its way: the cart's shipping address, validity, contract and complete-only mark, and of a line
// the members that losses names; each with a warning. A description carries the article's name as its first line. A price
// per several units becomes the price per one, unless the buyer takes price bases. The seller and the buyer are their
// credentials, and their identifiers or names only where the connection has no credentials.
//
// What an answer to an order loses: of a promised time its beginning, and of a whole day that it is one. More than was
// ordered cannot be confirmed. No document that passes the browser holds a secret, although some buyers' samples do.
package cxml
