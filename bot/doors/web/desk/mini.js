"use strict";
// Inside Telegram: pages are fetched and shown in this one, so that the session goes in a header, where frames keep no
// cookie; Telegram's own button stands for the page's first, its arrow goes back, and its colours are taken where they
// can be read. https://core.telegram.org/bots/webapps
(() => {
  const enter = document.querySelector("form[data-mini-app]");
  if (!enter) return;
  const TELEGRAM = "https://web.telegram.org", READABLE = 4.5; // WCAG 1.4.3
  const store = { get: (name) => { try { return sessionStorage.getItem(name) || ""; } catch { return ""; } },
    set: (name, value) => { try { sessionStorage.setItem(name, value); } catch { /* a frame that keeps nothing */ } } };
  let session = "", trail = [];

  // The bridge

  const post = (type, body) => {
    if (window.TelegramWebviewProxy) window.TelegramWebviewProxy.postEvent(type, JSON.stringify(body || {}));
    else if (window.parent !== window) window.parent.postMessage(JSON.stringify({ eventType: type, eventData: body || {} }), TELEGRAM);
  };
  const heard = (type, data) => {
    if (type === "main_button_pressed") document.querySelector(".by-telegram")?.click();
    if (type === "back_button_pressed" && trail.length > 1) { trail.pop(); show(trail.pop()); }
    if (type === "theme_changed") dress(data && data.theme_params);
  };
  window.Telegram = { WebView: { receiveEvent: heard } };
  window.TelegramGameProxy = { receiveEvent: heard };
  window.addEventListener("message", (event) => {
    if (event.origin !== TELEGRAM || typeof event.data !== "string") return;
    try { const said = JSON.parse(event.data); heard(said.eventType, said.eventData); } catch { /* not for us */ }
  });

  // Colours

  const light = (colour) => {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const readable = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05) >= READABLE;
  };
  const dress = (given) => {
    const theme = Object.fromEntries(Object.entries(given || {}).filter(([, value]) => /^#[0-9a-f]{6}$/i.test(value)));
    const { bg_color: paper, text_color: ink } = theme;
    if (!paper || !ink || !readable(ink, paper)) return;
    const root = document.documentElement;
    const or = (colour, ground) => (colour && readable(colour, ground) ? colour : ink);
    root.dataset.theme = light(paper) < 0.2 ? "dark" : "light";
    const soft = theme.secondary_bg_color && readable(ink, theme.secondary_bg_color) ? theme.secondary_bg_color : paper;
    const said = { paper, ink, soft, blue: or(theme.link_color, paper), note: or(theme.hint_color, paper) };
    if (!readable(said.note, soft)) said.note = ink;
    if (!readable(said.blue, soft)) said.blue = ink;
    for (const [name, value] of Object.entries(said)) root.style.setProperty("--" + name, value);
  };

  // Pages

  const ask = (path, more) => fetch(path, { ...more, credentials: "same-origin", headers: { Authorization: "Bearer " + session } });
  const show = async (path, more) => {
    post("web_app_setup_main_button", { is_visible: true, is_active: false, is_progress_visible: true, text: document.title });
    let answer;
    try { answer = await ask(path, more); } catch { return dressed(); } // offline: what stands there stays
    if (!(answer.headers.get("Content-Type") || "").startsWith("text/html")) return dressed();
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const at = new URL(answer.url), here = at.pathname + at.search;
    if (trail[trail.length - 1] !== here) trail.push(here);
    store.set("at", here);
    document.title = fresh.title;
    document.documentElement.lang = fresh.documentElement.lang;
    document.body.replaceWith(document.adoptNode(fresh.body));
    document.dispatchEvent(new Event("desk:page"));
    dressed();
    const hash = path.split("#")[1];
    (hash && document.getElementById(hash) ? document.getElementById(hash) : document.body).scrollIntoView();
    if (document.querySelector("[data-sent]")) post("web_app_trigger_haptic_feedback", { type: "notification", notification_type: "success" });
  };
  const dressed = () => {
    const main = [...document.querySelectorAll("main button.main")].find((one) => !one.closest(".find") && !one.closest("[hidden]"));
    document.querySelectorAll(".by-telegram").forEach((one) => one.classList.remove("by-telegram"));
    if (main) main.classList.add("by-telegram");
    const style = getComputedStyle(document.documentElement);
    post("web_app_setup_main_button", main
      ? { is_visible: true, is_active: true, is_progress_visible: false, text: main.textContent.trim().slice(0, 60),
          color: style.getPropertyValue("--blue").trim(), text_color: style.getPropertyValue("--paper").trim() }
      : { is_visible: false });
    post("web_app_setup_back_button", { is_visible: trail.length > 1 });
    post("web_app_setup_closing_behavior", { need_confirmation: [...document.querySelectorAll("main textarea")].some((one) => one.value) });
    for (const image of document.querySelectorAll("img[src^='/ban/']"))
      ask(image.getAttribute("src")).then((one) => (one.ok ? one.blob() : null)).then((one) => { if (one) image.src = URL.createObjectURL(one); }, () => {});
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href]");
    const path = link ? link.getAttribute("href") : "";
    if (path.startsWith("/ban") && !link.hasAttribute("download")) { event.preventDefault(); show(path); }
    else if (/^https?:/.test(path)) { event.preventDefault(); post("web_app_open_link", { url: path }); }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target, path = form.getAttribute("action") || "";
    if (event.defaultPrevented || !path.startsWith("/ban")) return;
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form, event.submitter));
    if (form.method === "get") show(path + "?" + fields);
    else show(path, { method: "POST", body: fields });
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("main textarea")) post("web_app_setup_closing_behavior", { need_confirmation: Boolean(event.target.value) });
  });

  // Coming in

  const given = new URLSearchParams(location.hash.slice(1));
  const data = given.get("tgWebAppData");
  document.documentElement.dataset.shell = "tg";
  window.deskApp = { path: () => trail[trail.length - 1] || "/ban", headers: () => ({ Authorization: "Bearer " + session }), again: () => show(trail[trail.length - 1] || "/ban") };
  try { dress(JSON.parse(given.get("tgWebAppThemeParams") || "null")); } catch { /* our own colours */ }
  post("web_app_ready");
  post("web_app_expand");
  const begin = async () => {
    const mark = new URLSearchParams(data || "").get("hash"); // Telegram's word counts once: a page shown anew goes on
    session = store.get("desk");
    if (session && (!data || store.get("opened") === mark)) return show(store.get("at") || "/ban");
    if (!data) { enter.hidden = true; return undefined; }
    history.replaceState(null, "", location.pathname);
    const start = given.get("tgWebAppStartParam") || new URLSearchParams(data).get("start_param") || "";
    const answer = await fetch("/ban/tg", { method: "POST", body: new URLSearchParams({ d: data, s: start }), headers: { Accept: "application/json" } });
    if (!answer.ok) { document.body.replaceWith(new DOMParser().parseFromString(await answer.text(), "text/html").body); return undefined; }
    const told = await answer.json();
    session = told.session;
    store.set("desk", session);
    store.set("opened", mark);
    return show(told.to);
  };
  begin();
})();
