#!/usr/bin/env bash
# Copies our own definitions from deploy/crds, where they are edited, into the charts.
# An agent has no use for ManagedCluster, which lives on the hub.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for chart in ngf-console ngf-console-agent; do
  mkdir -p "charts/$chart/crds"
  rm -f "charts/$chart/crds"/*.yaml
  cp deploy/crds/*.yaml "charts/$chart/crds/"
done
rm charts/ngf-console-agent/crds/managedclusters.yaml
