/* Files chosen for or dropped on the texts of the certificate forms. They are read here: of each only
   the PEM blocks that belong into the text go there, nothing is sent before the form is. What a form
   holds is not left without a word. */
(function (ngf) {
  "use strict";
  const el = ngf.element;
  const MOST_BYTES = 65536;
  const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;
  const PKCS7 = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
  const KEYSTORE = [0xfe, 0xed, 0xfe, 0xed];

  /* What each kind of text takes, and how others are turned into it. */
  const WANTED = {
    certificates: {
      label: /^(TRUSTED )?CERTIFICATE$/,
      words: (count) => (count === 1 ? "1 certificate" : `${count} certificates`),
      none: "no certificate",
      begins: "-----BEGIN CERTIFICATE-----",
      several: true,
      pkcs12: (name) => `openssl pkcs12 -in ${name} -nokeys`,
      der: (name) => `openssl x509 -inform DER -in ${name}`,
    },
    key: {
      label: /PRIVATE KEY$/,
      words: () => "The key",
      none: "no private key",
      begins: "-----BEGIN PRIVATE KEY-----",
      several: false,
      pkcs12: (name) => `openssl pkcs12 -in ${name} -nocerts -nodes`,
      der: (name) => `openssl pkey -inform DER -in ${name}`,
    },
  };

  const begins = (bytes, pattern, at = 0) => pattern.every((byte, index) => bytes[at + index] === byte);
  const within = (bytes, pattern) => bytes.some((_, at) => at < 32 && begins(bytes, pattern, at));

  /* Why bytes are no PEM, and what makes PEM of them; nothing where they may be. */
  function binary(name, bytes, wanted) {
    if (begins(bytes, KEYSTORE)) return `${name} is a Java keystore. Wanted is PEM: export it with keytool as PKCS#12, then ${wanted.pkcs12("FILE.p12")} makes it.`;
    if (bytes[0] !== 0x30) return "";
    if (within(bytes, PKCS7)) return `${name} is PKCS#7. Wanted is PEM: openssl pkcs7 -inform DER -print_certs -in ${name} makes it.`;
    const inner = bytes[1] > 0x80 ? 2 + (bytes[1] & 0x7f) : 2; // where the sequence's first member is
    if (begins(bytes, [0x02, 0x01, 0x03], inner)) return `${name} is PKCS#12. Wanted is PEM: ${wanted.pkcs12(name)} makes it.`;
    return `${name} is DER. Wanted is PEM: ${wanted.der(name)} makes it.`;
  }

  const called = (labels) => labels.map((label) => (label.endsWith("PRIVATE KEY") ? "a private key" : `a ${label.toLowerCase()}`)).join(" and ");

  /* The blocks of one file; throws an Error that says what is wrong with it. */
  async function blocks(file, wanted) {
    if (file.size > MOST_BYTES) throw new Error(`${file.name} has ${Math.ceil(file.size / 1024).toLocaleString("en")} KiB; a file may have ${MOST_BYTES / 1024} KiB.`);
    const read = await file.arrayBuffer().catch(() => { throw new Error(`${file.name} cannot be read.`); });
    const bytes = new Uint8Array(read);
    const wrong = binary(file.name, bytes, wanted);
    if (wrong) throw new Error(wrong);
    const found = [...new TextDecoder().decode(bytes).matchAll(BLOCK)];
    const taken = found.filter(([, label]) => wanted.label.test(label)).map(([text]) => text);
    const labels = [...new Set(found.map(([, label]) => label))];
    if (labels.some((label) => /^PKCS ?#?7$/.test(label))) throw new Error(`${file.name} is PKCS#7. Wanted is PEM of each: openssl pkcs7 -print_certs -in ${file.name} makes it.`);
    if (!taken.length) throw new Error(labels.length ? `There is ${wanted.none} in ${file.name}, only ${called(labels)}.` : `${file.name} is not PEM. Wanted is text with ${wanted.begins} in it.`);
    if (!wanted.several && taken.length > 1) throw new Error(`${file.name} has ${taken.length} private keys; the text takes one.`);
    if (!wanted.several && /ENCRYPTED/.test(taken[0])) throw new Error(`The key in ${file.name} is encrypted, and gateways cannot ask for its password. openssl pkey -in ${file.name} writes it without.`);
    return taken;
  }

  /* Each input that holds something is a change that would be lost, and there are `least` of them. */
  function holds(node, least) {
    const form = node.closest("fieldset[id^='cert-']");
    if (!form) return;
    const filled = [...form.querySelectorAll("input:not([type=checkbox]), textarea")].filter((one) => one.value.trim());
    ngf.unsaved(Math.max(least, filled.length), form);
  }

  async function take(place, files) {
    if (!files.length) return;
    const { pem, wants } = place.dataset;
    const wanted = WANTED[wants];
    let said = "", fault = "";
    try {
      if (!wanted.several && files.length > 1) throw new Error("One file has the key; several were given.");
      const found = (await Promise.all([...files].map((file) => blocks(file, wanted)))).flat();
      dash_clientside.set_props(pem, { value: found.join("\n") + "\n" });
      holds(place, 1);
      said = `${wanted.words(found.length)} from ${[...files].map((file) => file.name).join(", ")}`;
    } catch (error) {
      fault = error.message;
    }
    dash_clientside.set_props(`${pem}-error`, { children: fault });
    place.querySelector("[data-taken]").textContent = said;
  }

  const overForm = (event) => event.target.closest && event.target.closest(".form-page") && document.querySelector("[data-pem]");
  const carries = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("[data-choose]");
    if (!button) return;
    const place = button.closest("[data-pem]");
    const input = el("input", { type: "file", multiple: WANTED[place.dataset.wants].several, accept: ".pem,.crt,.cer,.key,.txt,.p12,.pfx,.der,.p7b" });
    input.onchange = () => take(place, input.files);
    input.click();
  });

  /* A file that misses its text must not open in place of the form. */
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, function (event) {
      if (!overForm(event) || !carries(event)) return;
      event.preventDefault();
      const place = event.target.closest("fieldset:not([disabled]) [data-pem]");
      for (const one of document.querySelectorAll("[data-pem]")) one.classList.toggle("over", one === place && name === "dragover");
      if (place && name === "drop") take(place, event.dataTransfer.files);
    });
  }

  document.addEventListener("input", function (event) {
    const place = event.target.matches("textarea") && event.target.closest("[data-pem]");
    if (place) place.querySelector("[data-taken]").textContent = "";
    holds(event.target, 0);
  });
})(window.ngf = window.ngf || {});
