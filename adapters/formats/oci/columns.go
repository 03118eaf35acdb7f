package oci

// version is a place in the tables of what differs between the versions.
type version int

const (
	version3 version = iota
	version4
	version5
)

// column is a field of an item.
type column int

const (
	description column = iota
	matnr
	quantity
	unit
	price
	currency
	priceUnit
	leadTime
	vendor
	vendorMat
	manufactCode
	manufactMat
	matGroup
	service
	contract
	contractItem
	quoteID
	quoteItem
	productID
	attachment
	attachmentTitle
	attachmentPurpose
	schemaType
	categoryID
	category
	systemName
	custField1
	custField2
	custField3
	custField4
	custField5
	itemType
	parentID
)

// columns are the fields with their lengths in characters in OCI 3, 4 and 5; nought where a version lacks the field.
// LONGTEXT has a name of another shape and no limit, and is not among them.
var columns = [...]struct {
	name   string
	length [3]int
}{
	description:       {"DESCRIPTION", each(40)},
	matnr:             {"MATNR", [3]int{18, 40, 40}},
	quantity:          {"QUANTITY", each(15)},
	unit:              {"UNIT", each(3)},
	price:             {"PRICE", each(15)},
	currency:          {"CURRENCY", each(5)},
	priceUnit:         {"PRICEUNIT", [3]int{9, 5, 5}},
	leadTime:          {"LEADTIME", each(5)},
	vendor:            {"VENDOR", each(10)},
	vendorMat:         {"VENDORMAT", each(40)},
	manufactCode:      {"MANUFACTCODE", each(10)},
	manufactMat:       {"MANUFACTMAT", each(40)},
	matGroup:          {"MATGROUP", each(10)},
	service:           {"SERVICE", each(1)},
	contract:          {"CONTRACT", each(10)},
	contractItem:      {"CONTRACT_ITEM", each(5)},
	quoteID:           {"EXT_QUOTE_ID", each(35)},
	quoteItem:         {"EXT_QUOTE_ITEM", each(10)},
	productID:         {"EXT_PRODUCT_ID", each(40)},
	attachment:        {"ATTACHMENT", each(255)},
	attachmentTitle:   {"ATTACHMENT_TITLE", each(255)},
	attachmentPurpose: {"ATTACHMENT_PURPOSE", each(1)},
	schemaType:        {"EXT_SCHEMA_TYPE", each(10)},
	categoryID:        {"EXT_CATEGORY_ID", each(60)},
	category:          {"EXT_CATEGORY", each(40)},
	systemName:        {"SLD_SYS_NAME", each(60)},
	custField1:        {"CUST_FIELD1", each(10)},
	custField2:        {"CUST_FIELD2", each(10)},
	custField3:        {"CUST_FIELD3", each(10)},
	custField4:        {"CUST_FIELD4", each(20)},
	custField5:        {"CUST_FIELD5", each(50)},
	itemType:          {"ITEM_TYPE", [3]int{version5: 1}},
	parentID:          {"PARENT_ID", [3]int{version5: 5}},
}

func each(n int) [3]int { return [3]int{n, n, n} }

// length returns the most characters that the field holds in the version.
func (c column) length(v version) int { return columns[c].length[v] }

func (c column) String() string { return columns[c].name }

// columnOf finds the field of a version by its name.
func columnOf(name string, v version) (column, bool) {
	for c := range columns {
		if columns[c].name == name && columns[c].length[v] > 0 {
			return column(c), true
		}
	}
	return 0, false
}

const (
	prefix = "NEW_ITEM-"
	// The index of a LONGTEXT stands within its name; the number behind the colon and the empty brackets are fixed.
	longTexts   = "LONGTEXT"
	longText    = longTexts + "_"
	longTextEnd = ":132[]"

	maxWholeDigits = 11 // of QUANTITY and PRICE
	maxDecimals    = 3  // likewise
)
