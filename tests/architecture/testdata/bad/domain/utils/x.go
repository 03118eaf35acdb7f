// Package utils breaks the rule.
//
// breach: a folder named utils says nothing of what lives there, or shuts partners out
package utils
