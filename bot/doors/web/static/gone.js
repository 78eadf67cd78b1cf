// The worker of a browser: where the network is gone, whoever opens a page is told so, and whom to call.
// It keeps one page, the same for everybody of a commune: nothing that anybody opened, wrote or was told.
"use strict";
const KEPT = "mat-mang";
const PAGE = /^(\/(en|id))?\/mat-mang(\/\d{5})?$/;
const DAY = 24 * 3600 * 1000;

const fresh = (answer) => answer && Date.now() - Date.parse(answer.headers.get("Date")) < DAY;

const keep = async (page) => {
  if (!PAGE.test(page)) return;
  const kept = await caches.open(KEPT);
  const named = /\d$/.test(page);  // a page that knows no commune does not take the place of one that does
  const others = (await kept.keys()).filter((one) => new URL(one.url).pathname !== page);
  if (fresh(await kept.match(page)) || (!named && others.length)) return;
  const answer = await fetch(page, { credentials: "omit" });
  if (!answer.ok) return;
  await Promise.all((await kept.keys()).map((one) => kept.delete(one)));
  await kept.put(page, answer);
};

const gone = async () => {
  const kept = await caches.open(KEPT);
  const [page] = await kept.keys();
  return (page && (await kept.match(page))) || Response.error();
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(keep(event.data).catch(() => {})));
self.addEventListener("fetch", (event) => {
  const { mode, url } = event.request;
  if (mode === "navigate" && !new URL(url).pathname.startsWith("/ban")) {
    event.respondWith(fetch(event.request).catch(gone));
  }
});
