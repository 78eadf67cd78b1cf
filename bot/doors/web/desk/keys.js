"use strict";
// Passkeys: the browser makes a key, or signs with one; the form carries its answer.
(() => {
  if (!(window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON)) return;
  for (const form of document.querySelectorAll("form[data-key]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const trouble = form.querySelector("[data-trouble]");
      trouble.hidden = true;
      try {
        const token = form.elements.t;
        const answer = await fetch(form.dataset.key, { method: "POST", body: new URLSearchParams(token ? { t: token.value } : {}) });
        const asked = await answer.json();
        const made = form.dataset.makes
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
        form.elements.c.value = JSON.stringify(made.toJSON());
        form.submit();
      } catch { trouble.hidden = false; }
    });
  }
})();
