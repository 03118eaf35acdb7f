// Package docs breaks the rule.
//
// breach: lies in no folder that has a rule
package docs
