package demo

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

// fileName is the file in the demo's folder that keeps its secrets, readable by its owner alone.
const fileName = "demo.json"

// State is what the demo remembers, so that it has the same keys and links when it is started again.
type State struct {
	MasterKey string    `json:"master_key"`
	Tenant    tenant.ID `json:"tenant"`
	Keys      Keys      `json:"keys"`
	// AdminLogin is that of the shop's administrator at the operators' pages.
	AdminLogin Login `json:"admin_login"`
	// CatalogueSecret signs questions to the shop.
	CatalogueSecret string            `json:"catalogue_secret"`
	Connections     []ConnectionState `json:"connections"`
	Ineligible      customer.ID       `json:"ineligible_customer_id"`
	// PolicyKey is published in the shop's pages at PolicyOrigin. Where the shop gets another address, another key is made.
	PolicyKey    string `json:"policy_key"`
	PolicyOrigin string `json:"policy_origin"`
}

// Keys are the demo's API keys.
type Keys struct {
	Platform   string `json:"platform"`
	Storefront string `json:"storefront"`
	ERP        string `json:"erp"`
	Admin      string `json:"admin"`
}

// Login is what a user signs in by.
type Login struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// ConnectionState is one of the demo's connections.
type ConnectionState struct {
	ID       connection.ID `json:"id"`
	Format   string        `json:"format"`
	Customer customer.ID   `json:"customer"`
	Link     string        `json:"link"` // the last part of its address
	User     string        `json:"user"`
	Password string        `json:"password"`
	// Forms says that the start call can be a form, Documents that it can be a document, with credentials of its own.
	Forms     bool `json:"forms"`
	Documents bool `json:"documents"`
}

// Load reads the state of the demo in a folder, or begins one with a fresh master key.
func Load(folder string, freshKey func() string) (*State, error) {
	content, err := os.ReadFile(filepath.Join(folder, fileName)) //nolint:gosec // the operator names the folder
	if errors.Is(err, fs.ErrNotExist) {
		s := &State{MasterKey: freshKey()}
		return s, s.save(folder)
	}
	if err != nil {
		return nil, err
	}
	s := &State{}
	if err := json.Unmarshal(content, s); err != nil {
		return nil, errors.New(filepath.Join(folder, fileName) + " is not readable: delete the folder to begin a new demo")
	}
	return s, nil
}

// Secret returns the master key.
func (s *State) Secret() secret.Text { return secret.New(s.MasterKey) }

// save writes the file whole or not at all.
func (s *State) save(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return writeJSON(filepath.Join(folder, fileName), s)
}

// writeJSON replaces a file in one step, readable by its owner alone: it holds keys.
func writeJSON(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	next := path + ".new"
	if err := os.WriteFile(next, append(content, '\n'), 0o600); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return errors.Join(err, os.Remove(next)) // it holds keys
	}
	return nil
}
