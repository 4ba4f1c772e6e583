// Pictures beside each other, zoomed and moved together.

const GAP = 16; // pixels between pictures, as in page.css
const LEAST_PANE = 260; // pixels across, of one of many
const LEAST_TWO = 560; // pixels across, in which two pictures stand beside and not below each other

class Panes {
  constructor() {
    this.viewport = new Viewport();
    this.panes = [];
    this.root = element("div", { class: "panes" });
    new ResizeObserver(() => this.lay()).observe(this.root);
  }

  // `stacks`: of each pane the pictures {alt, file} that it can show, file null where there is none; so that another
  // one is seen at once. `shown`: {width, height} of all in pixels.
  fill(shown, stacks) {
    this.shown = shown;
    this.panes = stacks.map((stack) => this.pane(stack));
    this.root.replaceChildren(...this.panes.map((pane) => pane.root));
    this.lay();
  }

  pane(stack) {
    const pictures = stack.map(({ alt, file }) => element("img", { alt, src: file === null ? null : pictureUri(file), draggable: "false" }));
    const content = element("div", { class: "content" }, ...pictures);
    const view = element("div", { class: "view", tabindex: 0, role: "group", "aria-label": "A picture; when zoomed, drag or arrow keys move it, and those beside it" }, content);
    const caption = element("figcaption", {});
    view.addEventListener("pointerdown", (event) => this.press(view, event));
    view.addEventListener("keydown", (event) => this.key(event));
    return { pictures, content, view, caption, root: element("figure", { class: "pane" }, view, caption) };
  }

  // Shows one picture of a pane by its number, with nodes below it.
  show(pane, number, caption, picked) {
    const { pictures, root, caption: place } = this.panes[pane];
    for (const [other, picture] of pictures.entries()) picture.hidden = other !== number;
    root.classList.toggle("picked", picked);
    place.replaceChildren(...caption);
  }

  set zoom(zoom) {
    this.viewport.zoom = zoom;
    this.lay();
  }

  lay() {
    const room = this.root.clientWidth;
    const count = this.panes.length;
    if (!room || !count) return;
    const many = count > 2;
    const most = many ? Math.max(1, Math.floor((room + GAP) / (LEAST_PANE + GAP))) : room < LEAST_TWO ? 1 : 2;
    const across = Math.ceil(count / Math.ceil(count / most)); // rows as long as each other
    this.viewport.fit(this.shown, Math.floor((room - GAP * (across - 1)) / across), Math.max(200, (many || across === 1 ? 0.5 : 0.75) * window.innerHeight));
    this.root.style.gridTemplateColumns = `repeat(${across}, minmax(0, max(11rem, ${this.viewport.width}px)))`;
    for (const pane of this.panes) {
      this.viewport.layView(pane.view);
      this.viewport.layContent(pane.content);
    }
  }

  press(view, event) {
    if (event.button !== 0 || !this.viewport.moves) return;
    const from = { x: event.clientX, y: event.clientY, centre: this.viewport.centre };
    follow(view, event, (moved) => {
      this.viewport.move(moved.clientX - from.x, moved.clientY - from.y, from.centre);
      this.lay();
    });
  }

  key(event) {
    const step = ARROWS[event.key];
    if (!step || !this.viewport.moves) return;
    this.viewport.move(-KEY_PIXELS * step[0], -KEY_PIXELS * step[1]);
    this.lay();
    event.preventDefault();
  }
}
