# make demo   runs hoten with the demo incident, in ./demo-data
# make test   runs every test, with real PostgreSQL and real Chromium

SHELL := /bin/bash
.DEFAULT_GOAL := build
version := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
commit  := $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
flags   := -ldflags "-s -w -X main.release=$(version) -X main.commit=$(commit)"

# The packages whose tests take longest begin first, so that none runs on alone at the end. Three
# run at once: each waits for PostgreSQL half of the time.
slowest := ./app/web ./app/reimbursements

.PHONY: build demo test lint generate bench screenshots browser packages image-check

demo: packages build
	bin/hoten demo

build: ui/dist/app.js
	go build $(flags) -o bin/hoten ./cmd/hoten

packages:
	@.ci/packages

ui/node_modules/.package-lock.json: ui/package-lock.json
	npm --prefix ui ci --no-audit --no-fund --loglevel=error
	@touch $@

ui/dist/app.js: ui/node_modules/.package-lock.json ui/build.mjs $(wildcard ui/static/* ui/charts/*)
	npm --prefix ui run --silent build

test: build
	.ci/packages test
	go test -race -vet=off -p 3 -timeout 25m $(slowest) ./...
	npm --prefix ui test

lint:
	@unformatted=$$(gofmt -l app cmd i18n migrations ui); [ -z "$$unformatted" ] || { echo "gofmt: $$unformatted"; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	@dead=$$(go tool deadcode -test ./...) && [ -z "$$dead" ] || { echo "$$dead"; exit 1; }
	go mod tidy -diff
	@made=$$(cat ui/*_templ.go | cksum); go tool templ generate -path ui && [ "$$made" = "$$(cat ui/*_templ.go | cksum)" ] || \
	 { echo "templ: generated files did not fit their pages; make generate mends it"; exit 1; }
	@made=$$(cksum < app/api/client/api.gen.go); go generate ./app/api/client && [ "$$made" = "$$(cksum < app/api/client/api.gen.go)" ] || \
	 { echo "the Go client did not fit openapi.json; make generate mends it"; exit 1; }
	@if said=$$(go tool govulncheck ./... 2>&1); then echo "govulncheck: no vulnerabilities"; \
	 elif grep -q "Vulnerability #" <<<"$$said"; then echo "$$said"; exit 1; \
	 else echo "govulncheck could not ask its database: $$(tail -n 1 <<<"$$said")"; fi

generate:
	go tool templ generate -path ui
	go test ./app -run TestVerbsAreDocumented -update
	go test ./app/imports -run TestFilesAreDocumented -update
	go generate ./app/api/client

bench: build
	.ci/packages
	go test -run '^$$' -bench . -benchtime 1x -timeout 60m ./app/bench

# Builds the image and runs the services of docker-compose.yml, without a container engine.
image-check:
	.ci/image-check

screenshots: build
	.ci/packages test
	npm --prefix ui run --silent screenshots
