// Package internal breaks the rule.
//
// breach: a folder named internal says nothing of what lives there, or shuts partners out
package internal
