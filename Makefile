# Every habit of the house. `make help` lists the targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO ?= go
GOLANGCI_VERSION := v2.15.0
GOLANGCI := .bin/golangci-lint-$(GOLANGCI_VERSION)
# What judges the files of deploy/.
KUBECONFORM := .bin/kubeconform-v0.8.0
KUBERNETES_SCHEMAS := .bin/kubernetes_validate-1.37.0-py3-none-any.whl
COMPOSE_SPEC := .bin/compose-spec-v2.16.2
# What judges the accessibility of pages: axe-core 4.12.1, which this wheel carries.
AXE := .bin/axe.min.js
# An identity provider to sign in by: the server that comes with github.com/zitadel/oidc, whose protocol is certified by the OpenID
# Foundation.
OPENID_PROVIDER := .bin/openid-provider-v3.52.0
# What calls every operation of openapi.yaml.
SCHEMATHESIS := .bin/schemathesis/bin/schemathesis
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
FUZZTIME ?= 10s
FAULTS ?= 50
FUZZAPI ?= 25

# What an integration test lacks (a browser, a checker) is a failure with this set, and a skip that says so without.
INTEGRATION := PUNCHGATE_INTEGRATION=1 $(GO) test -count=1 -timeout=15m

# What is concurrent: its tests find more with the race detector, and CI runs them with it alone.
RACED := ./application/... ./adapters/store/... ./adapters/web/... ./adapters/outbound ./adapters/secrets ./adapters/telemetry ./tests/e2e
RACE = $(GO) test -race -timeout=15m

# The folders of the tests that hold a text, as packages.
folders = git grep -lF --untracked '$(1)' -- '*_test.go' | xargs -r dirname | sort -u | sed 's|^|./|'

.PHONY: help
help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

.PHONY: run
run: ## start the gateway with a demo shop and a virtual buyer; prints the addresses to open
	$(GO) run ./bootstrap/cmd/punchgate demo

.PHONY: test
test: ## run the tests that need nothing but Go
	$(GO) test -timeout=5m ./...

.PHONY: check
check: format generate lint test tidy ## what must hold before every commit: format, generated code, lint, tests, tidy modules, nothing left uncommitted

.PHONY: generate
generate: ## write anew what openapi.yaml says in Go
	$(GO) generate ./...

.PHONY: tidy
tidy: ## fail where the modules are not tidy, or something is not committed
	$(GO) mod tidy -diff
	git diff --exit-code

.PHONY: core
core: ## run the tests of what integration, conformance and race leave out
	$(GO) test -timeout=5m ./bootstrap/... ./domain/...

# The tests of check, with all that they may skip there, and what needs more.
.PHONY: ci
ci: FAULTS = 10
ci: LEAVE = $(RACED) # to race
ci: RACE = $(INTEGRATION) -race
ci: format generate lint core tidy vulncheck integration fuzzapi conformance faults race fuzz ## all of it: vulnerabilities, browser, checkers, crashes, race detector, fuzzing

.PHONY: format
format: ## fail where gofmt would change a file
	@unformatted=$$(gofmt -l .); \
	if [ -n "$$unformatted" ]; then echo "not formatted with gofmt:"; echo "$$unformatted"; exit 1; fi

.PHONY: lint
lint: $(GOLANGCI) ## run golangci-lint, installed into .bin where it is missing
	$(GOLANGCI) run

$(GOLANGCI):
	GOBIN=$(CURDIR)/.bin $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv .bin/golangci-lint $@

.PHONY: vulncheck
vulncheck: ## look for known vulnerabilities in what the gateway is built of, where their database answers
	@if said=$$($(GO) run $(GOVULNCHECK) ./... 2>&1); then echo "$$said"; \
	elif grep -q '^govulncheck: fetching vulnerabilities: ' <<<"$$said"; then \
		echo "govulncheck did not run: the database of vulnerabilities does not answer"; \
	else echo "$$said"; exit 1; fi

.PHONY: tools
tools: $(KUBECONFORM) $(KUBERNETES_SCHEMAS) $(COMPOSE_SPEC) $(AXE) $(SCHEMATHESIS) $(OPENID_PROVIDER) ## install what judges the files of deploy/, the pages and the API into .bin

$(KUBECONFORM):
	GOBIN=$(CURDIR)/.bin $(GO) install github.com/yannh/kubeconform/cmd/kubeconform@$(@:.bin/kubeconform-%=%)
	mv .bin/kubeconform $@

$(OPENID_PROVIDER):
	GOBIN=$(CURDIR)/.bin/openid $(GO) install github.com/zitadel/oidc/v3/example/server@$(@:.bin/openid-provider-%=%)
	mv .bin/openid/server $@

$(COMPOSE_SPEC):
	GOBIN=$(CURDIR)/.bin/compose $(GO) install github.com/compose-spec/compose-go/v2/cmd@$(@:.bin/compose-spec-%=%)
	mv .bin/compose/cmd $@

$(KUBERNETES_SCHEMAS):
	python3 -m pip download -q --disable-pip-version-check --no-deps --dest .bin kubernetes-validate==1.37.0

$(AXE):
	python3 -m pip download -q --disable-pip-version-check --no-deps --dest .bin axe-playwright-python==0.1.8
	python3 -c 'import zipfile; open("$@", "wb").write(zipfile.ZipFile(".bin/axe_playwright_python-0.1.8-py3-none-any.whl").read("axe_playwright_python/axe.min.js"))'

$(SCHEMATHESIS): tests/e2e/schemathesis.txt
	python3 -m venv --clear .bin/schemathesis
	.bin/schemathesis/bin/python -m pip install -q --disable-pip-version-check -r $<
	touch $@

.PHONY: integration
integration: tools ## run all tests of adapters and of the whole but those of conformance, with what a plain test run may skip
	$(INTEGRATION) $$($(GO) list ./adapters/... ./tests/... | grep -vxF "$$($(GO) list $(LEAVE) $$($(call folders,PUNCHGATE_SHARED)))")
	PUNCHGATE_TEST_STORE=mongodb $(INTEGRATION) ./tests/e2e ./tests/rolling

.PHONY: conformance
conformance: ## judge documents by the checkers in ../shared (PUNCHGATE_SHARED overrides), and print how many
	$(INTEGRATION) -v $$($(call folders,PUNCHGATE_SHARED)) | grep -vE '^ *(=== |--- (PASS|SKIP))|^PASS$$'

.PHONY: browser
browser: $(AXE) ## run the end-to-end tests in a real browser
	$(INTEGRATION) ./tests/browser/...

.PHONY: fuzzapi
fuzzapi: $(SCHEMATHESIS) ## call every operation of openapi.yaml with what is right and wrong, FUZZAPI (25) times beside the limits
	PUNCHGATE_FUZZAPI=$(FUZZAPI) $(INTEGRATION) -v -run TestAFuzzer ./tests/e2e

.PHONY: faults
faults: ## break the gateway under load, with FAULTS kills (50), and print what was lost or happened twice
	PUNCHGATE_FAULTS=$(FAULTS) $(GO) test -count=1 -timeout=30m -v ./tests/faults | grep -vE '^ *(=== |--- (PASS|SKIP)|[a-z]+_test.go:[0-9]+: map)|^PASS$$'

.PHONY: race
race: ## run the tests of what is concurrent with the race detector
	$(RACE) $(RACED)

# Go before 1.27 at times calls the end of the time a failure (https://go.dev/issue/75804).
.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME (10s)
	@targets=$$(git grep -n --untracked -E '^func Fuzz' -- '*_test.go' | sed -E 's|^(.*)/[^/]+:func (Fuzz[A-Za-z0-9_]*).*|\1 \2|'); \
	while read -r folder target; do \
		echo "$$folder $$target"; \
		passed=true; \
		said=$$($(GO) test -run='^$$' -fuzz="^$$target\$$" -fuzztime=$(FUZZTIME) -fuzzminimizetime=20x "./$$folder" 2>&1) || passed=false; \
		echo "$$said"; \
		$$passed || case $$said in *'Failing input'*) exit 1 ;; *'    context deadline exceeded'*) ;; *) exit 1 ;; esac; \
	done <<<"$$targets"

.PHONY: bench
bench: ## run the benchmarks
	$(GO) test -run='^$$' -bench=. -benchmem ./...

.PHONY: golden
golden: ## write the expected outputs anew; read the difference before committing it
	$(GO) test -count=1 $$($(call folders,"update")) -update
	git diff --stat
