// Package models breaks the rule.
//
// breach: a folder named models says nothing of what lives there, or shuts partners out
package models
