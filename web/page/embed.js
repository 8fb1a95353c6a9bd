// <ring-fence> for other pages: YAML inside it, or `src`. Loads nothing until somebody clicks.
//
//   <script type="module" src="https://example.org/ringfence/embed.js"></script>
//   <ring-fence pair="default/vm1 default/vm2" filter="tcp/80"><pre>kind: Subnet …</pre></ring-fence>
//
// What stands inside stays where there is no JavaScript: put a picture and a table there
// (`ringfence reach -o svg`, `ringfence reach -o md`).
const HOME = new URL("./", import.meta.url);

async function fragment(files, { filter, pair, profile }) {
  const link = {
    input: { files, profile: profile ?? null, lenient: false, tracking: "as-written" },
    filter: filter ?? "all",
    selected: pair ? pair.trim().split(/\s+/).slice(0, 2) : null,
    pinned: null,
  };
  const stream = new Blob([JSON.stringify(link)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return `#v1.${text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

class RingFence extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const shadow = this.attachShadow({ mode: "open" });
    shadow.innerHTML = `<style>
      :host { display: block; margin: 1rem 0 }
      button { font: inherit; padding: .5rem 1rem; border: 1px solid #00714f; border-radius: 6px; background: transparent; color: inherit; cursor: pointer }
      button:focus-visible { outline: 3px solid #0a66c2; outline-offset: 2px }
      iframe { width: 100%; border: 1px solid #8b949e; border-radius: 6px; display: block }
    </style><slot></slot><p><button type="button">Show what these rules do</button></p>`;
    shadow.querySelector("button").addEventListener("click", () => this.open());
  }

  async files() {
    const source = this.getAttribute("src");
    if (source) {
      const address = new URL(source, document.baseURI);
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(`${address.pathname}: ${answer.status}`);
      return [{ name: address.pathname.split("/").pop() || "rules.yaml", text: await answer.text() }];
    }
    const inside = this.querySelector("pre, script[type='text/yaml'], template");
    const text = inside instanceof HTMLTemplateElement ? inside.content.textContent : (inside ?? this).textContent;
    return [{ name: "rules.yaml", text: text.replace(/^\n/, "") }];
  }

  async open() {
    const place = this.shadowRoot.querySelector("p");
    try {
      const options = Object.fromEntries(["filter", "pair", "profile"].map((name) => [name, this.getAttribute(name) ?? undefined]));
      const frame = document.createElement("iframe");
      frame.title = this.getAttribute("title") ?? "Ringfence: who can talk to whom";
      frame.loading = "lazy";
      frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-downloads");
      frame.allow = "clipboard-write";
      frame.height = this.getAttribute("height") ?? "640";
      frame.src = new URL(await fragment(await this.files(), options), new URL("index.html", HOME)).href;
      place.replaceChildren(frame);
    } catch (error) {
      place.textContent = `These rules cannot be shown: ${error.message}`;
    }
  }
}

customElements.define("ring-fence", RingFence);
