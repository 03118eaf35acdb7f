// Package storefront is the interface that a server of /v1/storefront implements, and its routes: both are generated from openapi.yaml,
// so that no operation can be described and not served. It reads the parameters; bodies are left to the server, which refuses members
// that do not exist.
package storefront

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config generate.yaml ../openapi.yaml
