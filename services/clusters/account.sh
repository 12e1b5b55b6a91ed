# Makes an account for the hub on the cluster that kubectl speaks to, and writes its kubeconfig
# into ngf-console.kubeconfig. The token in it does not expire: keep the file as you keep a password.
kubectl create namespace ngf-system --dry-run=client -o yaml | kubectl apply -f -
kubectl apply -f - <<'EOF'
apiVersion: v1
kind: ServiceAccount
metadata: {name: ngf-console, namespace: ngf-system}
---
apiVersion: v1
kind: Secret
metadata:
  name: ngf-console-token
  namespace: ngf-system
  annotations: {kubernetes.io/service-account.name: ngf-console}
type: kubernetes.io/service-account-token
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ngf-console}
rules:
- apiGroups:
  - gateway.networking.k8s.io
  - gateway.nginx.org
  - inference.networking.k8s.io
  - inference.networking.x-k8s.io
  - ngf-console.f5.com
  resources: ["*"]
  verbs: [get, list, watch, create, update, patch, delete]
- apiGroups: [""]
  resources: [services, namespaces, secrets, configmaps, nodes, pods, events]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [secrets]
  verbs: [create, patch, delete]
- apiGroups: [apiregistration.k8s.io]
  resources: [apiservices]
  verbs: [get, list, watch]
- apiGroups: [apps, autoscaling, cert-manager.io, discovery.k8s.io, keda.sh, resource.k8s.io]
  resources:
  - certificates
  - issuers
  - clusterissuers
  - deployments
  - daemonsets
  - horizontalpodautoscalers
  - scaledobjects
  - endpointslices
  - resourceslices
  - resourceclaims
  verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ngf-console}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ngf-console}
subjects: [{kind: ServiceAccount, name: ngf-console, namespace: ngf-system}]
EOF
kubectl -n ngf-system wait --for=jsonpath='{.data.token}' --timeout=30s secret/ngf-console-token
(
  umask 077
  server=$(kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}')
  ca=$(kubectl -n ngf-system get secret ngf-console-token -o jsonpath='{.data.ca\.crt}')
  token=$(kubectl -n ngf-system get secret ngf-console-token -o jsonpath='{.data.token}' | base64 -d)
  cat >ngf-console.kubeconfig <<EOF
apiVersion: v1
kind: Config
current-context: hub
clusters: [{name: hub, cluster: {server: "$server", certificate-authority-data: "$ca"}}]
users: [{name: hub, user: {token: "$token"}}]
contexts: [{name: hub, context: {cluster: hub, user: hub}}]
EOF
)
