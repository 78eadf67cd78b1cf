"use strict";
// Keeps what is being written on this device, says when something has changed, and speaks with Telegram's frame.
(() => {
  const box = document.querySelector("textarea[data-draft]");
  if (box) {
    const key = "draft:" + box.dataset.draft;
    try {
      if (!box.value) box.value = sessionStorage.getItem(key) || "";
      box.addEventListener("input", () => sessionStorage.setItem(key, box.value));
      if (document.querySelector("[data-sent]")) { sessionStorage.removeItem(key); if (!box.dataset.kept) box.value = ""; }
    } catch { /* a browser that keeps nothing */ }
    let said = 0;
    box.addEventListener("input", () => {
      if (!box.dataset.writing || Date.now() - said < 20000) return;
      said = Date.now();
      fetch(box.dataset.writing, { method: "POST", body: new URLSearchParams({ t: box.form.elements.t.value }) }).catch(() => {});
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.form.requestSubmit(box.form.querySelector("button"));
    });
  }

  const pulse = document.querySelector("[data-pulse]");
  if (pulse) {
    const news = document.getElementById("news");
    const look = async () => {
      if (document.hidden || !news.hidden) return;
      try {
        const answer = await fetch(pulse.dataset.pulse, { credentials: "same-origin", headers: { Accept: "text/plain" } });
        if (answer.status === 401) { location.reload(); return; }
        if (answer.ok && (await answer.text()) !== pulse.dataset.state) news.hidden = false;
      } catch { /* offline: looked at again */ }
    };
    setInterval(look, 15000);
    document.addEventListener("visibilitychange", look);
  }

  const paper = document.querySelector("[data-print]");
  if (paper) {
    paper.hidden = false;
    paper.addEventListener("click", () => window.print());
  }

  const enter = document.querySelector("form[data-mini-app]");
  if (enter) {
    const given = new URLSearchParams(location.hash.slice(1));
    const data = given.get("tgWebAppData");
    const post = (type, body) => {
      const text = JSON.stringify(body || {});
      if (window.TelegramWebviewProxy) window.TelegramWebviewProxy.postEvent(type, text);
      else if (window.parent !== window)
        window.parent.postMessage(JSON.stringify({ eventType: type, eventData: body || {} }), "https://web.telegram.org");
    };
    post("web_app_ready");
    post("web_app_expand");
    if (data) {
      enter.elements.d.value = data;
      enter.elements.s.value = given.get("tgWebAppStartParam") || new URLSearchParams(data).get("start_param") || "";
      history.replaceState(null, "", location.pathname);
      enter.submit();
    } else enter.hidden = true;
  }
})();
