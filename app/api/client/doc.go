// Package client calls hoten's API from Go: a method for each of its calls, with the types of
// openapi.json, from which api.gen.go is generated.
//
//	c := &client.Client{Base: "https://hoten.example.jp", Token: os.Getenv("HOTEN_TOKEN")}
//	found, err := c.SearchCases(ctx, client.SearchCasesJSONBody{Q: "H0000012-3"})
//
// A call is repeated until it is answered for good: each POST has an Idempotency-Key, with which
// repeats act once, and Retry-After is kept. What is null or absent in an answer is zero.
package client

//go:generate go tool oapi-codegen -config generate.yaml ../openapi.json
