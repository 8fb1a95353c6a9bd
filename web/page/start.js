// Brings the page to life: the editor first, then the module that draws everything.
import * as editor from "./editor.js";
import start from "./playground.js";

globalThis.ringfenceEditor = editor;

// The picture as pixels: the SVG of the page with its computed style, drawn on a canvas.
globalThis.ringfencePng = () => {
  const svg = document.querySelector("#graph");
  if (!svg) return;
  const copy = svg.cloneNode(true);
  const originals = [svg, ...svg.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, index) => {
    const style = getComputedStyle(originals[index]);
    for (const name of ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "font-family", "font-size", "text-anchor", "opacity", "paint-order"]) {
      element.style.setProperty(name, style.getPropertyValue(name));
    }
  });
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = width * 2;
    canvas.height = height * 2;
    const context = canvas.getContext("2d");
    context.fillStyle = getComputedStyle(document.body).backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => {
      const anchor = document.createElement("a");
      anchor.href = URL.createObjectURL(blob);
      anchor.download = "ringfence.png";
      anchor.click();
      URL.revokeObjectURL(anchor.href);
    });
  };
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
};

// The divider between the columns.
const share = (divider, percent) => {
  const kept = Math.min(75, Math.max(20, percent));
  divider.parentElement.style.setProperty("--share", `${kept.toFixed(1)}%`);
  divider.setAttribute("aria-valuenow", kept.toFixed(0));
};
document.addEventListener("pointerdown", (event) => {
  const divider = event.target.closest?.(".divider");
  if (!divider) return;
  const move = ({ clientX }) => {
    const { left, width } = divider.parentElement.getBoundingClientRect();
    share(divider, ((clientX - left) / width) * 100);
  };
  const stop = () => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", stop);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", stop);
  event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -2, ArrowRight: 2 }[event.key];
  if (!step || !event.target.matches?.(".divider")) return;
  share(event.target, Number(event.target.getAttribute("aria-valuenow")) + step);
  event.preventDefault();
});

// Tabs by keys: arrows, Home and End go from one to the other, and only the chosen one is on the way of Tab.
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.('[role="tab"]');
  const tabs = [...(tab?.closest('[role="tablist"]')?.querySelectorAll('[role="tab"]') ?? [])];
  const at = tabs.indexOf(tab);
  const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (!tabs.length || next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const chosen = tabs.at(next % tabs.length);
  chosen.click();
  chosen.focus();
  event.preventDefault();
});

// One menu at a time, until something of it is chosen, or Escape is pressed.
const menus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", ({ target }) => {
  for (const menu of menus()) {
    if (!menu.contains(target) || target.closest?.(".list button")) menu.open = false;
  }
});
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Files that `ringfence serve -f` has loaded, reloaded when they change.
async function served() {
  const link = document.querySelector('meta[name="ringfence-files"]');
  if (!link) return;
  const fetched = async (take) => {
    const answer = await fetch(link.content, { cache: "no-store" });
    if (answer.ok) take((await answer.json()).files);
  };
  await fetched(globalThis.ringfence.load);
  new EventSource("changes").onmessage = () => fetched(globalThis.ringfence.reload);
}

// How long the page took, in milliseconds, for tests and the curious: `ringfence.timing`. `first` is from the navigation
// to the first verdicts, `repaint` from the last change of the text to its picture, and `repaints` counts them.
const timing = { repaints: 0 };
const root = document.documentElement;
let since;
new MutationObserver(() => {
  if (root.dataset.ringfence === "busy") {
    since ??= performance.now();
    return;
  }
  if (since === undefined) return;
  const begin = since;
  since = undefined;
  // The frame is drawn between the one and the other.
  requestAnimationFrame(() => setTimeout(() => {
    timing.first ??= performance.now();
    timing.repaint = performance.now() - begin;
    timing.repaints += 1;
  }));
}).observe(root, { attributes: true, attributeFilter: ["data-ringfence"] });

await start({ module_or_path: "./playground_bg.wasm" });
globalThis.ringfence.timing = timing;
await served();
if ("serviceWorker" in navigator && (location.protocol === "https:" || location.hostname === "127.0.0.1" || location.hostname === "localhost")) {
  navigator.serviceWorker.register("./offline.js").catch(() => {});
}
