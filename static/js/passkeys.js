// Passkeys: set one up, confirm with one. The browser speaks in bytes, the service in base64url.
(function () {
  "use strict";

  function bytes(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  }

  function text(buffer) {
    if (!buffer) return undefined;
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  const known = (list) => (list || []).map((each) => Object.assign({}, each, { id: bytes(each.id) }));

  function asBytes(question) {
    const asked = Object.assign({}, question, { challenge: bytes(question.challenge) });
    if (question.user) asked.user = Object.assign({}, question.user, { id: bytes(question.user.id) });
    if (question.excludeCredentials) asked.excludeCredentials = known(question.excludeCredentials);
    if (question.allowCredentials) asked.allowCredentials = known(question.allowCredentials);
    return asked;
  }

  function asText(made) {
    const response = made.response;
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      clientExtensionResults: made.getClientExtensionResults(),
      response: {
        clientDataJSON: text(response.clientDataJSON),
        attestationObject: text(response.attestationObject),
        authenticatorData: text(response.authenticatorData),
        signature: text(response.signature),
        userHandle: text(response.userHandle),
      },
    };
  }

  async function send(address, token, body) {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body || {}),
    });
    const told = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(told.detail), { detail: told.detail, code: told.code });
    return told;
  }

  async function go(place, ask) {
    const failed = place.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      const { question, answer, token } = place.dataset;
      const made = await ask(asBytes(await send(question, token)));
      window.location.assign((await send(answer, token, made)).next);
    } catch (error) {
      const why = error.detail || place.querySelector("[data-refused]").textContent;
      failed.querySelector("[data-why]").textContent = why;
      failed.hidden = false;
    }
  }

  function confirmWith(place) {
    const use = () => go(place, async (publicKey) => asText(await navigator.credentials.get({ publicKey })));
    place.querySelector("[data-use-passkey]").addEventListener("click", use);
  }

  function makeNew(form) {
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      const name = form.elements.name.value;
      go(form, async (publicKey) => ({
        name: name,
        credential: asText(await navigator.credentials.create({ publicKey })),
      }));
    });
  }

  function switchOff(place) {
    place.querySelectorAll("button, input").forEach((each) => (each.disabled = true));
    place.querySelector("[data-unable]").hidden = false;
  }

  const able = Boolean(window.PublicKeyCredential && window.isSecureContext);
  document.querySelectorAll("[data-passkey-confirm]").forEach(able ? confirmWith : switchOff);
  document.querySelectorAll("[data-passkey-new]").forEach(able ? makeNew : switchOff);
})();
