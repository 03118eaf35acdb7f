// Package a breaks the rule.
//
// breach: a folder named internal says nothing of what lives there, or shuts partners out
// breach: lies in no folder that has a rule
package a
