// Package cxml reads and writes cXML 1.2 (cxml.org): start calls, carts, their answers, and purchase orders. A format is a
// constructor on this reader and writer; Visma Proceedo's own version of cXML is the first.
//
// Written documents keep to the part of the DTD that is the same from 1.2.014 to 1.2.071, so one document is valid in each
// of them. With the option "header" off a document has no Header; then no DTD holds any more, as the buyer agreed.
//
// Read documents are taken by the names of their elements, not by their order, in any encoding that their XML declaration
// names; the DOCTYPE is passed over, entity declarations are refused, and nothing is ever fetched. The line ends of texts
// become LF, as XML has it (XML 1.0, section 2.11).
//
// What the cart loses on its way: the cart's shipping address, validity, contract and complete-only mark, and of a line
// the members that leftOut names; each with a warning. A description carries the article's name as its first line. A price
// per several units becomes the price per one. The seller and the buyer are their credentials, and their identifiers or
// names only where the connection has no credentials.
package cxml
