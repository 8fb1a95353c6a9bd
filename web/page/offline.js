// After the first visit the page opens without a network. Newer files win whenever there is one.
const NAME = "ringfence-3";
const FILES = ["./", "style.css", "start.js", "worker.js", "editor.js", "playground.js", "playground_bg.wasm", "answerer.js", "answerer_bg.wasm", "review.js", "reviewer.js", "reviewer_bg.wasm", "mend.js", "mender.js", "mender_bg.wasm"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  const ours = address.origin === location.origin && request.method === "GET";
  if (!ours || address.pathname.endsWith("/changes") || address.pathname.endsWith("/files.json")) return;
  const fresh = async () => {
    try {
      const answer = await fetch(request);
      if (answer.ok) (await caches.open(NAME)).put(request, answer.clone());
      return answer;
    } catch (error) {
      const kept = await caches.match(request, { ignoreSearch: true });
      if (kept) return kept;
      throw error;
    }
  };
  event.respondWith(fresh());
});
