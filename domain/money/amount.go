package money

// Amount is a decimal in a currency (ISO 4217 alphabetic code).
type Amount struct {
	Value    Decimal
	Currency string
}
