// Package common breaks the rule.
//
// breach: a folder named common says nothing of what lives there, or shuts partners out
package common
