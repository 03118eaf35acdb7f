package cxml

import (
	"strings"

	"github.com/punchgate/punchgate/domain/purchase"
)

// models are the content models of DTD 1.2.071 for the part that the judged documents need: names in order, with ? for at
// most one, * for any number and + for one or more. Those of older versions are contained in them. Header is a rule apart.
var models = compile(map[string]string{
	"cXML":                       "Header? Message|Request Signature*",
	"Header":                     "From To Sender Path? OriginalDocument?",
	"From":                       "Credential+ Correspondent?",
	"To":                         "Credential+ Correspondent?",
	"Sender":                     "Credential+ UserAgent",
	"Credential":                 "Identity SharedSecret|DigitalSignature|CredentialMac?",
	"Message":                    "Status? PunchOutOrderMessage",
	"Request":                    "PunchOutSetupRequest|OrderRequest|ConfirmationRequest",
	"PunchOutOrderMessage":       "BuyerCookie PunchOutOrderMessageHeader ItemIn*",
	"PunchOutOrderMessageHeader": "SourcingStatus? Total ShipTo? Shipping? Tax? SupplierOrderInfo?",
	"Total":                      "Money Modifications?",
	"Shipping":                   "Money Description Modifications?",
	"Tax":                        "Money TaxAdjustmentAmount? Description TaxDetail* Distribution* Extrinsic*",
	"TaxDetail": "TaxableAmount? TaxAmount TaxLocation? TaxAdjustmentAmount? Description? " +
		"TriangularTransactionLawReference? TaxRegime? TaxExemption? Extrinsic*",
	"TaxableAmount": "Money",
	"TaxAmount":     "Money",
	"ItemIn": "ItemID Path? ItemDetail SupplierID|SupplierList? ShipTo? Shipping? Tax? SpendDetail? Distribution* " +
		"Contact* Comments? ScheduleLine* BillTo? Batch? Period? DateInfo* Extrinsic*",
	"ItemID": "SupplierPartID SupplierPartAuxiliaryID? BuyerPartID? IdReference*",
	"ItemDetail": "UnitPrice Description+ OverallLimit? ExpectedLimit? UnitOfMeasure PriceBasisQuantity? Classification+ " +
		"ManufacturerPartID? ManufacturerName? URL? LeadTime? Dimension* ItemDetailIndustry? AttachmentReference* " +
		"PlannedAcceptanceDays? Extrinsic*",
	"PunchOutSetupRequest": "BuyerCookie Extrinsic* BrowserFormPost? Contact* SupplierSetup? ShipTo? SelectedItem? ItemOut*",
	"BrowserFormPost":      "URL",
	"SupplierSetup":        "URL",
	"SelectedItem":         "ItemID",
	"OrderRequest":         "OrderRequestHeader ItemOut+",
	"OrderRequestHeader": "Total ShipTo? BillTo BusinessPartner* LegalEntity? OrganizationalUnit* Shipping? Tax? Payment? PaymentTerm* " +
		"Contact* Comments* Followup? ControlKeys? DocumentReference? SupplierOrderInfo? TermsOfDelivery? DeliveryPeriod? " +
		"IdReference* OrderRequestHeaderIndustry? Extrinsic*",
	"ItemOut": "ItemID Path? ItemDetail|BlanketItemDetail? SupplierID|SupplierList? ShipTo? Shipping? Tax? SpendDetail? " +
		"Distribution* Contact* TermsOfDelivery? Comments* Indicator* Tolerances? ControlKeys? ScheduleLine* " +
		"MasterAgreementReference|MasterAgreementIDInfo? ItemOutIndustry? Packaging* ReleaseInfo? Batch?",
	"ConfirmationRequest": "ConfirmationHeader OrderReference OrderStatusRequestReference|OrderStatusRequestIDInfo* ConfirmationItem*",
	"ConfirmationHeader":  "DocumentReference? Total? Shipping? Tax? Contact* Hazard* Comments* IdReference* Extrinsic*",
	"OrderReference":      "DocumentReference",
	"ConfirmationItem":    "UnitOfMeasure Contact* Hazard* ConfirmationStatus+",
	"ConfirmationStatus": "UnitOfMeasure ItemIn? UnitPrice? Tax? Shipping? SupplierBatchID? ScheduleLineReference? " +
		"ComponentConsumptionDetails* Comments* Extrinsic*",
	"ShipTo":             "Address CarrierIdentifier* TransportInformation* IdReference*",
	"BillTo":             "Address IdReference*",
	"Address":            "Name PostalAddress? Email? Phone? Fax? URL?",
	"PostalAddress":      "DeliverTo* Street+ City Municipality? State? PostalCode? Country Extrinsic*",
	"Phone":              "TelephoneNumber",
	"TelephoneNumber":    "CountryCode AreaOrCityCode Number Extension?",
	"UnitPrice":          "Money Modifications? PricingConditions?",
	"PriceBasisQuantity": "UnitOfMeasure Description?",
})

// required are the attributes that the DTD requires.
var required = map[string][]string{
	"cXML": {"payloadID", "timestamp"}, "Credential": {"domain"}, "Status": {"code", "text"},
	"PunchOutOrderMessageHeader": {"operationAllowed"}, "SupplierOrderInfo": {"orderID"}, "ItemIn": {"quantity"},
	"Money": {"currency"}, "Description": {"lang"}, "Classification": {"domain"}, "Extrinsic": {"name"},
	"TaxDetail": {"category"}, "PriceBasisQuantity": {"quantity", "conversionFactor"},
	"PunchOutSetupRequest": {"operation"}, "OrderRequestHeader": {"orderID", "orderDate"}, "ItemOut": {"quantity"},
	"ConfirmationHeader": {"type", "noticeDate"}, "ConfirmationItem": {"quantity", "lineNumber"},
	"ConfirmationStatus": {"quantity", "type"}, "DocumentReference": {"payloadID"}, "Name": {"lang"},
	"Country": {"isoCountryCode"}, "SupplierID": {"domain"},
}

// listed are the values of attributes for which the DTD has a list, by element and attribute.
var listed = map[string][]string{
	"PunchOutOrderMessageHeader/operationAllowed": {opCreate, opInspect, opEdit},
	"PunchOutOrderMessageHeader/quoteStatus":      {"pending", "final"},
	"Message/deploymentMode":                      {"production", "test"},
	"Request/deploymentMode":                      {"production", "test"},
	"PunchOutSetupRequest/operation":              {opCreate, opInspect, opEdit, opSource},
	"OrderRequestHeader/type":                     {purchase.New, purchase.Update, purchase.Delete},
	"ConfirmationHeader/operation":                {"new", "update"},
	"ConfirmationHeader/type": {
		typeAccept, "allDetail", typeDetail, "backordered", "except", typeReject, "requestToPay", "replace",
	},
	"ConfirmationStatus/type": {
		typeAccept, "allDetail", typeDetail, "backordered", typeReject, typeUnknown, "requestToPay",
	},
}

// step is one place in a content model.
type step struct {
	names        []string // any of these
	needed, many bool
}

func compile(models map[string]string) map[string][]step {
	compiled := make(map[string][]step, len(models))
	for name, model := range models {
		for part := range strings.FieldsSeq(model) {
			plain := strings.TrimRight(part, "?*+")
			mark := part[len(plain):]
			compiled[name] = append(compiled[name], step{
				names: strings.Split(plain, "|"), needed: mark == "" || mark == "+", many: mark == "*" || mark == "+",
			})
		}
	}
	return compiled
}
