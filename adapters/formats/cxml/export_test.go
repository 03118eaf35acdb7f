package cxml

// Rules returns the identifiers of all rules without their prefix, for the test that every one finds something.
func Rules() []string {
	var ids []string
	for _, r := range []rule{
		ruleReadable, ruleDocument, ruleMissing, ruleOrder, ruleAttribute, ruleNumber, ruleCurrency, ruleCurrencies, ruleQuantity,
		ruleKey, ruleEmpty, ruleHeader, ruleUNSPSC, ruleUnit, ruleTimestamp, ruleSecret, ruleNoChange, ruleNegative, ruleSum,
		ruleRejected,
	} {
		ids = append(ids, r.id)
	}
	return ids
}
