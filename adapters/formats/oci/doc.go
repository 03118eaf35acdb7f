// Package oci is the SAP Open Catalog Interface in its versions 3.0 (2001), 4.0 (2003) and 5.0 (2012): a start call by form
// and a cart that goes back as the hidden fields NEW_ITEM-FIELD[n] of a form. SAP's own specification is not public on the
// web; the fields follow the SAP Help pages and what projects cite of the specification.
//
// The document of a cart is that form as JSON: {"action", "method", "accept_charset", "target", "fields": [{"name",
// "value"}]}. It is what the ERP gets and what Validate reads; the browser gets the same fields. So a cart is kept in
// both shapes, for OCI has no document that could stand in one field.
//
// EXT_QUOTE_ID is the cart's identifier, EXT_QUOTE_ITEM the line's: together they lead back to the stored line with its
// opaque key, which is not sent. A cart whose identifier does not survive is refused. EXT_PRODUCT_ID is the article.
//
// VALIDATE and BACKGROUND_SEARCH ask for data and are answered with the form of a cart, without EXT_QUOTE_ID and
// EXT_QUOTE_ITEM, for no order comes of them.
//
// Lost, since OCI has no field for it: the parties, language, time of issue, tax, and the line's key. Whatever else is
// lost, cut, rounded or replaced is told in a warning. A return address SAPEVENT:POST (the browser inside SAP GUI) is
// refused, for the gateway sends carts to https addresses only. The OCI-XML variant is not read or written.
package oci
