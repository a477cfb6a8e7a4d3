// The parts of a page, of which only those are made anew that show something else: the others keep their focus,
// what was opened in them, and where they are scrolled to.

export class Sections {
  #container;
  // By their names: the elements, and what they show.
  #drawn = new Map();

  constructor(container) { this.#container = container; }

  /** @param {([string, unknown[], () => Element] | null)[]} parts Each part's name, what it shows, and how it is made. */
  draw(parts) {
    const drawn = new Map();
    for (const [name, shows, make] of parts.filter((part) => part !== null)) {
      const key = JSON.stringify(shows);
      const before = this.#drawn.get(name);
      drawn.set(name, before?.key === key ? before : { key, element: make() });
    }
    const elements = [...drawn.values()].map((one) => one.element);
    for (const one of [...this.#container.children]) if (!elements.includes(one)) one.remove();
    elements.forEach((element, index) => {
      const there = this.#container.children[index];
      if (there !== element) this.#container.insertBefore(element, there ?? null);
    });
    this.#drawn = drawn;
  }
}
