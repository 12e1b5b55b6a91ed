// The inputs that only the Gateway wizard has (components/gateway_wizard.py): who issues a certificate,
// kinds of routes, addresses. Secrets have a file of their own.
(function (ngf) {
  const plain = () => ngf.controls.mono.draw;
  Object.assign(ngf.controls, {
    issued: { draw: (field, common) => ngf.controls.switch.draw(field, common), read: (value) => value !== undefined, write: (on, held) => (on ? held || { issuerRef: { name: "" } } : undefined), flag: true },
    issuer: {
      // Those that can issue here: of the cluster, and of the namespace. Where none is known, kind and
      // name are typed.
      draw(field, common, about) {
        const { offers, state, value } = about;
        const { namespace } = state.object.metadata || {};
        const issuers = (offers.issuers || []).filter((one) => !one.namespace || one.namespace === namespace);
        if (!issuers.length) return plain()({ placeholder: "ClusterIssuer/letsencrypt" }, common);
        return ngf.controls.select.draw(field, common, { ...about, offers: { issuers }, value: ngf.controls.issuer.read(value) });
      },
      read: (ref) => (ref && ref.name ? `${ref.kind || "Issuer"}/${ref.name}` : ""),
      // Another kind is not of the group of the one that was there.
      write(shown, held = {}) {
        const [name, kind] = shown.trim().split("/").reverse();
        const { kind: was, group, ...rest } = held;
        const same = (kind || "Issuer") === (was || "Issuer");
        return { ...rest, name, ...(kind ? { kind } : {}), ...(same && group ? { group } : {}) };
      },
    },
    kinds: {
      draw: (...more) => plain()(...more),
      read: (value) => (Array.isArray(value) ? value.map((one) => one.kind).join(", ") : ""),
      write(shown, held) {
        const left = Array.isArray(held) ? [...held] : []; // one kind may stand there in two groups
        const made = shown.split(/[\s,]+/).filter(Boolean).map(function (kind) {
          const at = left.findIndex((one) => one.kind === kind);
          return at < 0 ? { kind } : left.splice(at, 1)[0];
        });
        return made.length ? made : undefined;
      },
    },
    addresses: {
      draw: (...more) => plain()(...more),
      read: (value) => (Array.isArray(value) ? value.map((one) => one.value).join(", ") : ""),
      write(shown) {
        const type = (one) => (one.includes("/") ? "CIDR" : /^[0-9.]+$|:/.test(one) ? "IPAddress" : "Hostname");
        const made = shown.split(/[\s,]+/).filter(Boolean).map((value) => ({ type: type(value), value }));
        return made.length ? made : undefined;
      },
    },
  });
})(window.ngf = window.ngf || {});
