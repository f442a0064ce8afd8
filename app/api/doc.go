// Package api is the HTTP API, /api/v1: JSON in and out, one file per noun. It
// parses, calls the same functions as the console, and writes; it decides
// nothing. The route table below is the list of what it offers; openapi.json
// describes it, and a test holds the two together.
package api
