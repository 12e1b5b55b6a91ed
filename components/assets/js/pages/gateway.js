// What stands in a GatewayBundle, for whoever draws its wizard.
(function (ngf) {
  const listeners = (object) => ((object.spec || {}).listeners || []).filter((one) => one && typeof one === "object");
  const encrypted = (one) => one.protocol === "HTTPS" || one.protocol === "TLS";
  const spokenRef = (ref) => (ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name);

  ngf.gatewaySpec = { listeners, encrypted, spokenRef };
})(window.ngf = window.ngf || {});
