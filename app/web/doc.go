// Package web is the console and the members' pages: one file per noun. A
// handler parses what came, calls the same function as the API, and fills a page
// of package ui; it decides nothing. The route table is the list of all pages,
// with the permission beside the path.
package web
