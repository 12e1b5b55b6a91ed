// The kinds of lines that the page of logs shows, by the tab in the address: what they are filtered by,
// their columns, what an open one tells and leads to. Lines are those of services/telemetry/queries/log_*.sql.
//
// ngf.logs.kinds[tab]   noun: what they are called; listed, single: keys of the address that hold several
//                       values, or one; words: what people call those; facets: [column, label, key];
//                       columns: [label, width, class] beside time and cluster, cells(line) what stands
//                       in them; groups(line): columns that an open line tells; why(column, line): why
//                       one is empty; link(column, line): what its value leads to; steps(line): where
//                       one goes from it; more(line): what it can be filtered by
(function (ngf) {
  const el = ngf.element;
  const faint = (words) => el("span", { class: "t3" }, words);
  const number = (value) => Math.round(value).toLocaleString("en");
  const ms = (value) => (value === null ? faint("none") : value >= 10 ? number(value) : value.toLocaleString("en", { maximumSignificantDigits: 2 }));
  const cell = (name, value, title) => el("td", { class: name, title }, value || faint("none"));
  const tag = (tone, text) => el("td", {}, text ? el("span", { class: `tag ${tone}` }, text) : faint("none"));
  const facet = (label, key, value, name) => el("button", { type: "button", class: name || "btn btn-link btn-sm", "data-facet": key, "data-value": value }, label);
  const inline = (key, value) => facet(value, key, value, "linkish mono");
  const trace = (line) => line.trace_id && el("button", { type: "button", class: "btn btn-secondary btn-sm", "data-logs-trace": line.trace_id }, "Trace");
  const query = (pairs) => `?${new URLSearchParams(pairs)}`;
  const minute = (line) => { const at = new Date(line.timestamp).getTime(); return ngf.range.between(at - 60000, at + 60000); };
  const path = (line) => line.request_id && el("a", { class: "btn btn-secondary btn-sm", href: `/trace${query({ cluster: line.cluster_name, range: minute(line), request_id: line.request_id })}` }, "Path of the request");
  const why = (line, id) => el("a", { class: "btn btn-secondary btn-sm", href: `/decisions${query({ cluster: line.cluster_name, range: minute(line), request: id })}` }, "Why this backend");
  const pool = (line) => { const [namespace, name] = line.pool.split("/"); return el("a", { href: `/pool${query({ cluster: line.cluster_name, namespace, pool: name })}` }, line.pool); };
  const only = (what, key, value) => value && [facet(`Only this ${what}`, key, value), facet(`Not this ${what}`, key, `!${value}`)];

  const access = {
    noun: "lines",
    listed: ["status", "method", "host", "route", "gateway", "upstream", "upstream_addr", "client"],
    single: ["uri", "pod", "user_agent", "trace_id", "request_id", "min_ms"],
    words: { uri: "path", upstream_addr: "upstream address", client: "client address" },
    examples: { status: "502 or 5xx" },
    facets: [["status", "Status", "status"], ["upstream_name", "Upstream", "upstream"], ["upstream_addr", "Upstream address", "upstream_addr"], ["route", "Route", "route"], ["method", "Method", "method"], ["path", "Path", "uri"], ["host", "Host", "host"], ["cluster_name", "Cluster", "cluster"]],
    columns: [["Status", 62], ["Method", 66], ["Path"], ["Time, ms", 78, "num hm"], ["Upstream, ms", 96, "num hm"], ["Upstream", 140, "hm"]],
    questions: [["All lines of the last hour", "", "list-ul"], ["Failures", "status=5xx", "x-octagon"], ["Slower than a second", "min_ms=1000", "hourglass-split"]],
    key: (line) => line.request_id || `${line.timestamp} ${line.path}`,
    cells: (line) => [
      tag(line.status_class === "5xx" ? "err" : line.status_class === "4xx" ? "warn" : "", line.status), cell("mono t2", line.method), cell("mono", line.path, `${line.host || ""}${line.path || ""}`),
      el("td", { class: "num hm" }, ms(line.latency_ms)), el("td", { class: "num t2 hm" }, ms(line.upstream_latency_ms)), cell("mono t2 hm", line.upstream_addr, line.upstream_name)],
    groups: (line) => [
      ["status", "status_class", "grpc_status", "upstream_status", "method", "host", "path", "scheme", "protocol", "listener", "completion", "client_ip", "user_agent"],
      ["latency_ms", "upstream_latency_ms", "upstream_connect_ms", "upstream_header_ms", "upstream_addr", "upstream_name", "upstream_attempts", "picked", "request_size", "response_size", "tls_version", "tls_cipher"],
      ["route", "rule", "route_source", ...(line.route_candidates?.length ? ["route_candidates"] : []), "gateway", "pod_name", "cluster_name", "request_id", "x_request_id", "trace_id", "waf_action", "waf_violation_rating", "waf_signatures", "bot_classification", "xc_edge_latency_ms"],
    ],
    why(field, line) {
      if (["route", "rule", "route_source"].includes(field)) return line.route_candidates?.length ? "one of the candidates: a header that is not logged decides" : "no route is known to have taken it";
      if (field === "grpc_status") return "not gRPC";
      if (field.startsWith("upstream")) return line.upstream_attempts ? "the upstream sent none" : "no upstream was asked";
      if (field.startsWith("tls")) return line.scheme === "http" ? "plain HTTP" : "not logged";
      if (field === "trace_id") return "no trace";
      if (field === "x_request_id") return "the client sent none";
      if (field.startsWith("waf") || field === "bot_classification") return "no WAF";
      if (field === "xc_edge_latency_ms") return "not through an edge";
      return "not logged";
    },
    link(field, line) {
      const value = line[field];
      if (field === "gateway") return el("a", { href: `/gateway/${encodeURIComponent(line.cluster_name)}/${line.namespace}/${value}` }, `${line.namespace}/${value}`);
      return ["trace_id", "route"].includes(field) ? inline(field, value) : null;
    },
    // The picker names its decision by the request id that the client sent.
    steps: (line) => [line.picked && line.x_request_id ? why(line, line.x_request_id) : null, trace(line), path(line)],
    more: (line) => only("upstream", "upstream", line.upstream_name),
  };

  const spans = {
    noun: "spans",
    listed: ["status", "service", "name", "pool"],
    single: ["pod", "trace_id", "request_id", "min_ms"],
    words: { min_ms: "longer than, ms" },
    examples: { status: "ok or error" },
    facets: [["service", "Service", "service"], ["name", "Name", "name"], ["status", "Status", "status"], ["pool", "Pool", "pool"], ["pod_name", "Pod", "pod"], ["cluster_name", "Cluster", "cluster"]],
    columns: [["Status", 62], ["Name"], ["Time, ms", 78, "num hm"], ["Service", 130, "hm"], ["Pod", 180, "hm"]],
    questions: [["All spans of the last hour", "", "list-ul"], ["Failures", "status=error", "x-octagon"], ["Longer than a second", "min_ms=1000", "hourglass-split"]],
    key: (line) => line.span_id,
    cells: (line) => [tag(line.status === "error" ? "err" : "", line.status), cell("mono", line.name, line.name), el("td", { class: "num hm" }, ms(line.duration_ms)), cell("t2 hm", line.service), cell("mono t2 hm", line.pod_name, line.pod_name)],
    groups: (line) => [
      ["name", "kind", "status", "status_message", "duration_ms", "timestamp", "nanoseconds", "trace_id", "span_id", "parent_span_id", "request_id"],
      [...(line.events ? ["events"] : []), "attributes"], ["service", "scope", "pool", "resource"],
    ],
    why: (field) => ({ parent_span_id: "a trace begins here", request_id: "the span names no request", status_message: "it did not fail", pool: "the collector told none" })[field] || "not told",
    link(field, line) {
      if (field === "pool") return pool(line);
      return field === "trace_id" ? inline(field, line.trace_id) : null;
    },
    steps: (line) => [line.request_id && Object.keys(line.attributes || {}).some((name) => name.startsWith("llm_d.epp.")) ? why(line, line.request_id) : null, trace(line)],
    more: (line) => only("name", "name", line.name),
  };

  const TONES = { handled: "", refused: "warn", dropped: "err" };
  const picker = {
    noun: "lines",
    listed: ["status", "pool", "picker", "endpoint"],
    single: ["message", "request_id"],
    words: { status: "outcome" },
    examples: { status: "handled, refused or dropped" },
    facets: [["pool", "Pool", "pool"], ["message", "Message", "message"], ["outcome", "Outcome", "status"], ["endpoint", "Endpoint", "endpoint"], ["picker", "Picker", "picker"], ["cluster_name", "Cluster", "cluster"]],
    columns: [["Outcome", 78], ["Message"], ["Endpoint", 140, "hm"], ["Pool", 160, "hm"], ["Request", 120, "hm"]],
    questions: [["All lines of the last hour", "", "list-ul"], ["Refused or dropped", "status=refused,dropped", "x-octagon"]],
    key: (line) => `${line.timestamp} ${line.request_id} ${line.message}`,
    cells: (line) => [tag(TONES[line.outcome], line.outcome), cell("", line.message, line.error || line.message), cell("mono t2 hm", line.endpoint), cell("t2 hm", line.pool), cell("mono t2 hm", line.request_id, line.request_id)],
    groups: () => [["message", "outcome", "endpoint", "error", "timestamp", "microseconds", "request_id"], ["fields"], ["pool", "picker", "namespace", "cluster_name"]],
    why: (field) => ({ outcome: "the request went on", endpoint: "the line tells no pick", error: "nothing failed", pool: "the collector told none", fields: "the line has no others" })[field] || "not told",
    link(field, line) {
      if (field === "pool") return pool(line);
      return field === "request_id" ? inline(field, line.request_id) : null;
    },
    steps: (line) => [why(line, line.request_id)],
    more: (line) => only("message", "message", line.message),
  };

  const kinds = { "": access, spans, picker };
  ngf.logs = {
    kinds,
    keys: [...new Set(Object.values(kinds).flatMap((kind) => [...kind.listed, ...kind.single]))],
    words: { user_agent: "user agent", trace_id: "trace", request_id: "request id", min_ms: "slower than, ms" },
  };
})(window.ngf = window.ngf || {});
