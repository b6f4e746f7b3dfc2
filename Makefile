# Every target is a command of src/cli; here is only what has to be there before one can run: the packages. GNU make 3.81 or later.
# Variables of the environment and of the command line are passed on: SERVICE, CONSUMERS, SENSOR, FORMAT, FOLLOW, TIMEOUT_S, FACTORY_HOME,
# KAFKA_PORT_BASE, POSTGRES_PORT, MONITORING_PORT, MONITORING_HOST, KAFKA_BROKERS, DATABASE_URL, DEMO, RUNTIME=docker or local, and those of
# docs/config.md.

SHELL := /bin/sh
.DEFAULT_GOAL := help
NODE := node_modules/.bin/node --disable-warning=ExperimentalWarning
FACTORY := $(NODE) src/cli/main.ts
# The packages that are installed: a copy of the lock file that they were installed from.
INSTALLED := node_modules/.cache/package-lock.json
STARTED := $(shell date +%s)
# One at a time, where the system has a lock for it.
LOCK := $(shell command -v flock >/dev/null 2>&1 && echo flock package.json)

.PHONY: install
install:
	@cmp -s package-lock.json $(INSTALLED) && test -x node_modules/.bin/node || $(LOCK) $(MAKE) --no-print-directory install-packages

# Not again, when another make did it while this one waited.
.PHONY: install-packages
install-packages:
	@if cmp -s package-lock.json $(INSTALLED) && test -x node_modules/.bin/node; then exit 0; fi; \
	command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 \
	  || { echo 'Node.js with npm is not installed: install Node 20 or later (https://nodejs.org)'; exit 1; }; \
	node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' \
	  || { echo "Node.js $$(node --version) is too old: install Node 20 or later (https://nodejs.org)"; exit 1; }; \
	echo '  Installing packages (npm ci) ...'; began=$$(date +%s); \
	npm ci --loglevel=error >/dev/null || { echo 'The packages could not be installed: see the lines above'; exit 1; }; \
	test -x node_modules/.bin/node || { echo "There is no Node 24 package for this platform: $$(uname -sm)"; exit 1; }; \
	mkdir -p node_modules/.cache && cp package-lock.json $(INSTALLED); \
	printf '  %-36s%6d s\n' 'Packages installed' $$(($$(date +%s) - began))

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^## / { printf "\n%s\n", substr($$0, 4) } /^[a-z][a-z-]*:.*## / { printf "  %-20s  %s\n", $$1, $$2 }' Makefile
	@printf '\nIn containers where a Docker engine answers, else as processes of this machine: RUNTIME=docker or RUNTIME=local chooses.\n'
	@printf 'Ports: KAFKA_PORT_BASE=9092 (brokers on it, +2, +4), POSTGRES_PORT=5432, MONITORING_PORT=5000, KAFKA_UI_PORT=8080\n'

## Start and stop

.PHONY: all
all: install ## Start everything: Kafka, PostgreSQL, producers, consumers and the page
	@$(FACTORY) up --since $(STARTED)

.PHONY: setup
setup: install ## Download and build what a start would otherwise do first
	@$(FACTORY) setup

.PHONY: start
start: install ## Start the infrastructure only: Kafka and PostgreSQL, with Docker also Kafka UI
	@$(FACTORY) start --since $(STARTED)

.PHONY: infrastructure-only
infrastructure-only: install ## Start the infrastructure and the producers
	@$(FACTORY) infrastructure-only --since $(STARTED)

.PHONY: with-consumers
with-consumers: install ## Start the infrastructure, the producers and the consumers
	@$(FACTORY) with-consumers --since $(STARTED)

.PHONY: with-monitoring
with-monitoring: install ## Start everything, as `make all` does
	@$(FACTORY) with-monitoring --since $(STARTED)

.PHONY: stop
stop: installed ## Stop everything and keep the data; SERVICE=… stops one
	@$(FACTORY) stop

.PHONY: restart
restart: install ## Stop what runs and start it again; SERVICE=… restarts one
	@$(FACTORY) restart

.PHONY: clean
clean: installed ## Stop everything and delete data, logs and state; with Docker the containers and volumes
	@$(FACTORY) clean

## See

.PHONY: status
status: installed ## Show every service: state, process, uptime, restarts, memory, port; FORMAT=json
	@$(FACTORY) status

.PHONY: health
health: installed ## Check that each service does its work; exit code 1 if one does not; FORMAT=json
	@$(FACTORY) health

.PHONY: env
env: installed ## Print KAFKA_BROKERS, DATABASE_URL and MONITORING_URL of the running system, and PLANT_CALENDAR
	@$(FACTORY) env

.PHONY: topics
topics: installed ## Show the topics: leader, replicas and messages of each partition; FORMAT=json
	@$(FACTORY) topics

.PHONY: dashboard
dashboard: installed ## Open the page in the browser, or print its address
	@$(FACTORY) dashboard

.PHONY: monitor
monitor: installed ## Open Kafka UI in the browser, or the Kafka page of the monitoring service; prints its address
	@$(FACTORY) monitor

.PHONY: monitor-sensors
monitor-sensors: installed ## Show the readings as they come; SENSOR=temp-sensor-001, FORMAT=json, FOLLOW=1
	@$(FACTORY) monitor-sensors

.PHONY: monitor-alerts
monitor-alerts: installed ## Show the alerts as they come, and the rebalances; SENSOR=…, FORMAT=json, FOLLOW=1
	@$(FACTORY) monitor-alerts

.PHONY: logs
logs: installed ## Show the logs; SERVICE=consumer-1, FORMAT=json, FOLLOW=1
	@$(FACTORY) logs

.PHONY: logs-producers
logs-producers: installed ## Show the logs of the producers
	@$(FACTORY) logs-producers

.PHONY: logs-consumers
logs-consumers: installed ## Show the logs of the consumers
	@$(FACTORY) logs-consumers

.PHONY: what-if
what-if: installed ## Show which alarms the stored readings would have raised with other settings; ARGS="--type vibration --rule … --on-delay-ms 4000"
	@$(FACTORY) what-if $(ARGS)

## Access

.PHONY: admin
admin: installed ## Make an account, or give it a new password: NAME=anna, ROLE=admin, PASSWORD_FILE=…; DISABLE=1 shuts it out
	@$(FACTORY) admin

## Check

.PHONY: wait-for-kafka
wait-for-kafka: installed ## Wait until all brokers answer as one cluster; TIMEOUT_S=60
	@$(FACTORY) wait-for-kafka

.PHONY: test-connectivity
test-connectivity: installed ## Check that each broker, PostgreSQL and the monitoring service can be reached; FORMAT=json
	@$(FACTORY) test-connectivity

.PHONY: test-external
test-external: installed ## Check that a program that knows one broker's address can use Kafka from here; FORMAT=json
	@$(FACTORY) test-external

.PHONY: test-topics
test-topics: installed ## Check the topics: partitions, replicas, settings, and a message through each; FORMAT=json
	@$(FACTORY) test-topics

.PHONY: verify-cluster
verify-cluster: installed ## Check everything: Kafka, topics, round trips, consumers, PostgreSQL, API; FORMAT=json
	@$(FACTORY) verify-cluster

## Parts

.PHONY: start-producers
start-producers: install ## Start the producers, and what they need
	@$(FACTORY) start-producers --since $(STARTED)

.PHONY: stop-producers
stop-producers: installed ## Stop the producers
	@$(FACTORY) stop-producers

.PHONY: start-consumers
start-consumers: install ## Start the consumers, and what they need
	@$(FACTORY) start-consumers --since $(STARTED)

.PHONY: stop-consumers
stop-consumers: installed ## Stop the consumers
	@$(FACTORY) stop-consumers

.PHONY: start-monitoring
start-monitoring: install ## Start the API and the page, and what they need
	@$(FACTORY) start-monitoring --since $(STARTED)

.PHONY: build-all
build-all: install ## Build all images; without Docker the page, and Kafka is downloaded
	@$(FACTORY) build-all

.PHONY: build-producers
build-producers: install ## Build the image of the producers; nothing to do without Docker
	@$(FACTORY) build-producers

.PHONY: build-consumers
build-consumers: install ## Build the image of the consumers; nothing to do without Docker
	@$(FACTORY) build-consumers

.PHONY: scale
scale: installed ## Change the number of consumers while the system runs: CONSUMERS=6
	@$(FACTORY) scale

.PHONY: fleet
fleet: installed ## Simulate a plant of many sensors: SENSORS=10000, RATE=20000, MINUTES=10; FROM=2026-01-01, TO=… write history
	@$(FACTORY) fleet

.PHONY: kill
kill: installed ## Kill a service by SIGKILL: SERVICE=consumer-1; it stays dead until it is revived
	@$(FACTORY) kill

.PHONY: revive
revive: installed ## Start a service that was killed, stopped or has failed: SERVICE=consumer-1
	@$(FACTORY) revive

## Develop

.PHONY: test
test: install ## Run all tests: lint, types, unit, integration, end to end, faults
	@$(NODE) test/run.ts

.PHONY: test-docker
test-docker: install ## Run the whole system in containers, kill some, lose nothing; needs a Docker engine
	@$(NODE) test/run.ts --only docker

# Commands that only look, or stop, install nothing while there is something to look at.
.PHONY: installed
installed:
	@test -x node_modules/.bin/node || $(MAKE) --no-print-directory install
