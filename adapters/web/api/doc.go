// Package api holds the bodies that shop and ERP exchange with the gateway: types that are generated from openapi.yaml for the
// operations of the tags storefront and erp, and for the refusals of all. Carts, lines and addresses are those of domain/cart. The package
// imports the domain alone, for it is compiled into shops with the client.
//
// Members that may be absent are left out where they have their zero value.
package api

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config generate.yaml ../openapi.yaml
