"use strict";
// Keeps what is being written on this device, and shows what has changed.
const ends = []; // what a page leaves running when another is shown in its place
const begin = () => {
  const app = window.deskApp || { path: () => location.pathname, headers: () => ({}), again: () => location.reload() }; // see mini.js
  const DAY = 12 * 3600 * 1000; // as long as nobody need sign in again
  const kept = {
    read(key) { try { const one = JSON.parse(localStorage.getItem(key) || "{}"); return Date.now() - one.at < DAY ? one.text : ""; } catch { return ""; } },
    write(key, text) { try { text ? localStorage.setItem(key, JSON.stringify({ at: Date.now(), text })) : localStorage.removeItem(key); } catch { /* a browser that keeps nothing */ } },
    sweep(all) {
      try {
        for (const key of Object.keys(localStorage)) if (key.startsWith("draft:") && (all || !kept.read(key))) localStorage.removeItem(key);
      } catch { /* the same */ }
    },
  };
  kept.sweep(false);
  const leave = document.querySelector("form[action='/ban/ra']");
  if (leave) leave.addEventListener("submit", () => kept.sweep(true)); // whoever sits here next reads none of it

  const box = document.querySelector("textarea[data-draft]");
  if (box) {
    const key = "draft:" + box.dataset.draft;
    const session = window.sessionStorage;
    try {
      if (document.querySelector("[data-sent]") && session.getItem("sent") === key) kept.write(key, "");
      session.removeItem("sent");
      box.form.addEventListener("submit", () => session.setItem("sent", key));
    } catch { /* the same */ }
    if (!box.value) box.value = kept.read(key);
    let told = 0;
    box.addEventListener("input", () => {
      kept.write(key, box.value);
      if (!box.dataset.writing || Date.now() - told < 20000) return;
      told = Date.now();
      const body = new URLSearchParams({ t: box.form.elements.t.value });
      fetch(box.dataset.writing, { method: "POST", body, credentials: "same-origin", headers: app.headers() }).catch(() => {});
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.form.requestSubmit(box.form.querySelector("button.main"));
    });
  }

  // How many call for somebody stands in the title and beside the desk's name, also while another window is in front.
  const calling = document.getElementById("calling"), title = document.title.replace(/^\(\d+\) /, "");
  const call = (answer) => {
    const count = Number(answer.headers.get("X-Calling")) || 0;
    document.title = (count ? `(${count}) ` : "") + title;
    if (calling) { calling.textContent = count || ""; calling.hidden = !count; }
  };
  const pulse = document.querySelector("[data-pulse]");
  if (calling && !(pulse && pulse.dataset.calls)) {
    const ask = () => fetch(calling.dataset.ask, { credentials: "same-origin", headers: { Accept: "text/plain", ...app.headers() } })
      .then((answer) => { if (answer.ok) call(answer); }).catch(() => {});
    const asking = setInterval(ask, 60000);
    ends.push(() => clearInterval(asking));
    ask();
  }
  if (pulse) {
    const news = document.getElementById("news");
    // What is new shows itself in the place of the old; what is being written stays, and so does what it was written on.
    const show = async () => {
      const answer = await fetch(app.path(), { credentials: "same-origin", headers: app.headers() });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["log", "writing"]) {
        const old = document.getElementById(id), now = fresh.getElementById(id);
        if (old && now && !old.contains(document.activeElement) && !old.querySelector("details[open]")) old.replaceWith(document.adoptNode(now));
      }
      return fresh;
    };
    const look = async () => {
      if (document.hidden && !pulse.dataset.calls) return;
      try {
        const answer = await fetch(pulse.dataset.pulse, { credentials: "same-origin", headers: { Accept: "text/plain", ...app.headers() } });
        if (answer.status === 401) { app.again(); return; }
        if (answer.ok && pulse.dataset.calls) call(answer);
        const state = answer.ok ? await answer.text() : pulse.dataset.state;
        if (state === pulse.dataset.state) return;
        pulse.dataset.state = state;
        const fresh = document.getElementById("log") ? await show() : null;
        const last = fresh && fresh.querySelector("input[name=read]"), mine = document.querySelector("input[name=read]");
        if (!fresh || !last || !mine || last.value !== mine.value || !fresh.querySelector("textarea[data-draft]") !== !box) news.hidden = false;
      } catch { /* offline: looked at again */ }
    };
    const listens = pulse.dataset.listen && window.EventSource && !window.deskApp; // a stream carries no header
    const timer = setInterval(look, listens ? 60000 : 15000);
    document.addEventListener("visibilitychange", look);
    const stream = listens ? new EventSource(pulse.dataset.listen) : null;
    if (stream) stream.addEventListener("changed", look);
    if (stream) stream.addEventListener("error", () => { if (stream.readyState === EventSource.CLOSED) look(); }); // no right to listen
    ends.push(() => { clearInterval(timer); document.removeEventListener("visibilitychange", look); if (stream) stream.close(); });
  }

  const paper = document.querySelector("[data-print]");
  if (paper) {
    paper.hidden = false;
    paper.addEventListener("click", () => window.print());
  }
};
document.addEventListener("desk:page", () => { ends.splice(0).forEach((end) => end()); begin(); });
begin();
