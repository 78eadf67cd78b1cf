// Reads what stands in [data-aloud] with the browser's own voices. Nothing is sent anywhere; without a voice of the
// page's language there is no button, for a foreign voice makes Vietnamese unintelligible.
"use strict";
(() => {
  const speech = window.speechSynthesis;
  if (!speech || !window.SpeechSynthesisUtterance) return;
  const language = document.documentElement.lang;
  const { aloud, hush } = document.body.dataset;
  let reading = null;

  const voice = () => speech.getVoices().find((one) => one.lang.toLowerCase().startsWith(language));

  const stop = () => {
    speech.cancel();
    if (reading) reading.textContent = aloud;
    reading = null;
  };

  // A sentence at a time: some browsers fall silent in a long text.
  const sentences = (text) => text.split(/(?<=[.!?:;])\s+|\n+/).map((one) => one.trim()).filter(Boolean);

  const read = (button, part) => {
    const again = reading === button;
    stop();
    if (again) return;
    reading = button;
    button.textContent = hush;
    const all = sentences(part.innerText);
    all.forEach((text, n) => {
      const said = new SpeechSynthesisUtterance(text);
      said.lang = language;
      said.voice = voice();
      said.rate = 0.9;
      if (n === all.length - 1) said.onend = () => reading === button && stop();
      speech.speak(said);
    });
  };

  const offer = () => {
    if (!voice()) return;
    for (const part of document.querySelectorAll("main [data-aloud]")) {
      if (part.nextElementSibling?.matches("button.aloud") || !part.innerText.trim()) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "aloud";
      button.textContent = aloud;
      button.addEventListener("click", () => read(button, part));
      part.after(button);
    }
  };

  offer();
  speech.addEventListener?.("voiceschanged", offer);
  document.addEventListener("htmx:after:swap", offer);
  const log = document.getElementById("log");
  if (log) new MutationObserver(offer).observe(log, { childList: true, subtree: true });
  window.addEventListener("pagehide", () => speech.cancel());
})();
