// Lets the browser keep the page that is shown where the network is gone, and what is typed where it cannot be sent.
"use strict";
(() => {
  const { gone, unsent } = document.body.dataset;

  // Sent without a network, a form would be gone with its words.
  const hold = (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const form = event.target;
    const said = form.previousElementSibling?.matches(".unsent") ? form.previousElementSibling : document.createElement("p");
    said.className = "bad unsent";
    said.setAttribute("role", "alert");
    said.textContent = unsent;
    form.before(said);
  };
  document.addEventListener("submit", hold, true);
  window.addEventListener("online", () => document.querySelectorAll(".unsent").forEach((one) => one.remove()));

  const workers = navigator.serviceWorker;
  if (!workers) return;
  workers.register("/mat-mang.js").then(() => workers.ready).then((one) => one.active.postMessage(gone)).catch(() => {});
})();
