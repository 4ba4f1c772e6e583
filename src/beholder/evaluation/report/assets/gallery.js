// Two versions of a picture under one slider: drag or touch it, or arrow keys; zoom, difference, heat maps, objects.

const DIFFERENCE_GAIN = 4;
const ORIGINAL = 0;

function pictureUri(file) {
  return `data:image/webp;base64,${file}`;
}

class Gallery {
  constructor(gallery, run, styles, heatColours) {
    Object.assign(this, { gallery, run, styles, heatColours });
    this.left = "";
    this.right = gallery.pictures[0].versions.find((version) => version.codec && version.codec !== run.anchor)?.codec ?? gallery.pictures[0].versions.at(-1).codec;
    this.picture = 0;
    this.viewport = new Viewport();
    this.split = 0.5;
    this.difference = false;
    this.heat = "";
    this.model = "";
    this.controls = element("div", { class: "controls" });
    this.makeView();
    this.below = element("div", {});
    this.root = element("div", { class: "gallery" }, this.controls, this.view, this.legend, this.below);
    new ResizeObserver(() => this.lay()).observe(this.root);
    this.show();
  }

  get shown() {
    return this.gallery.pictures[this.picture];
  }

  version(codec) {
    return this.shown.versions.find((version) => version.codec === codec) ?? this.shown.versions[ORIGINAL];
  }

  makeView() {
    const plane = (side) => {
      const content = element("div", { class: "content" });
      return { content, root: element("div", { class: `plane ${side}` }, content), tag: element("div", { class: `tag ${side}` }) };
    };
    this.planes = { left: plane("left"), right: plane("right") };
    this.canvas = element("canvas", { class: "content", hidden: true });
    this.handle = element("div", { class: "handle", role: "slider", tabindex: 0, "aria-label": "Border between the two pictures", "aria-valuemin": 0, "aria-valuemax": 100 });
    this.view = element(
      "div",
      { class: "view", tabindex: 0, role: "group", "aria-label": "Two versions of the picture; when zoomed, drag or arrow keys move it" },
      this.planes.left.root, this.planes.right.root, this.canvas, this.planes.left.tag, this.planes.right.tag, this.handle,
    );
    this.legend = element("div", { class: "heat-legend", hidden: true });
    this.view.addEventListener("pointerdown", (event) => this.press(event));
    this.view.addEventListener("keydown", (event) => this.key(event));
  }

  show() {
    this.makeControls();
    this.viewport.centre = null;
    this.fillPlanes();
    this.fillBelow();
  }

  makeControls() {
    const { pictures } = this.gallery;
    const codecs = this.shown.versions.map((version) => [version.codec, version.codec || "original"]);
    if (!codecs.some(([codec]) => codec === this.right)) this.right = codecs.at(-1)[0];
    if (!codecs.some(([codec]) => codec === this.left)) this.left = "";
    const set = (change) => (value) => {
      change(value);
      this.fillPlanes();
    };
    const parts = [];
    if (pictures.length > 1) parts.push(menu("Picture", pictures.map((each, index) => [String(index), each.name]), String(this.picture), (value) => { this.picture = Number(value); this.show(); }));
    this.menus = {
      left: menu("Left", codecs, this.left, set((value) => { this.left = value; })),
      right: menu("Right", codecs, this.right, set((value) => { this.right = value; })),
    };
    parts.push(
      this.menus.left,
      this.menus.right,
      choice("Zoom", ZOOMS, this.viewport.zoom, (value) => { this.viewport.zoom = value; this.lay(); }),
      choice("Show", [["both", "both"], ["difference", `difference \u00d7${DIFFERENCE_GAIN}`]], this.difference ? "difference" : "both", set((value) => { this.difference = value === "difference"; })),
    );
    const heats = this.shown.heat_maps.map((heat) => [heat.observer, heat.observer]);
    if (heats.length) parts.push(choice("Sensitivity, on the left", [["", "off"], ...heats], this.heat, set((value) => { this.heat = value; })));
    const models = [...new Set(this.shown.versions.flatMap((version) => version.objects.map((found) => found.model)))];
    if (models.length) parts.push(choice("Objects found by", [["", "off"], ...models.map((model) => [model, model.split("/").at(-1).replace(/\.(toml|pt)$/, "")])], this.model, set((value) => { this.model = value; })));
    this.controls.replaceChildren(...parts);
  }

  fillPlanes() {
    for (const side of ["left", "right"]) {
      const version = this.version(this[side]);
      const heat = side === "left" ? this.shown.heat_maps.find((each) => each.observer === this.heat) : null;
      const { content, tag } = this.planes[side];
      const name = version.codec || "original";
      const picture = element("img", { alt: `${this.shown.name}, ${heat ? `sensitivity of ${heat.observer}` : name}`, src: pictureUri(heat ? heat.picture : version.picture), draggable: "false" });
      const found = version.objects.find((each) => each.model === this.model);
      content.replaceChildren(picture, ...(found ? this.objects(found) : []));
      tag.replaceChildren(element("b", {}, heat ? `sensitivity: ${heat.observer}` : name), version.rate === null || heat ? "" : ` ${version.rate.toFixed(3)} bpp`);
      if (side === "left") this.tellHeat(heat);
      this.menus[side].querySelector("select").value = version.codec;
    }
    this.drawDifference();
    this.markRow();
    this.lay();
  }

  tellHeat(heat) {
    this.legend.hidden = !heat;
    if (!heat) return;
    const octaves = [];
    for (let octave = heat.lowest_octave; octave <= heat.highest_octave; octave += 1) octaves.push(element("span", {}, octave < 0 ? `1/${2 ** -octave}` : String(2 ** octave)));
    const bar = element("div", { class: "bar" });
    bar.style.background = `linear-gradient(to right, ${this.heatColours.join(", ")})`;
    this.legend.replaceChildren(element("p", {}, `Weight of an error to ${heat.observer}, relative to the mean block`), bar, element("div", { class: "octaves" }, ...octaves));
  }

  // Boxes, names and masks over a plane.
  objects(found) {
    const { width, height } = this.shown.window;
    const parts = [];
    if (found.mask) parts.push(element("img", { class: "mask", alt: "", src: pictureUri(found.mask), draggable: "false" }));
    const layer = drawn("svg", { class: "objects", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    for (const [index, [x0, y0, x1, y1]] of found.boxes.entries()) {
      const group = drawn("g", { class: `object-${found.classes[index] % COLOURS}` });
      group.append(
        drawn("rect", { class: "halo", x: x0, y: y0, width: x1 - x0, height: y1 - y0 }),
        drawn("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }),
        drawn("text", { "data-x": Math.max(0, x0), "data-y": Math.max(0, y0) }, `${found.names[index]} ${found.scores[index].toFixed(2)}`),
      );
      layer.append(group);
    }
    parts.push(layer);
    return parts;
  }

  async drawDifference() {
    this.canvas.hidden = !this.difference;
    this.handle.hidden = this.difference;
    this.view.classList.toggle("differs", this.difference);
    if (!this.difference) return;
    const asked = [this.left, this.right].map((codec) => this.version(codec).picture);
    this.asked = asked;
    const { width, height } = this.shown.window;
    const [one, other] = await Promise.all(asked.map((file) => samplesOf(pictureUri(file), width, height)));
    if (this.asked !== asked) return;
    const result = new ImageData(width, height);
    for (let index = 0; index < one.length; index += 1) result.data[index] = index % 4 === 3 ? 255 : DIFFERENCE_GAIN * Math.abs(one[index] - other[index]);
    Object.assign(this.canvas, { width, height });
    this.canvas.getContext("2d").putImageData(result, 0, 0);
  }

  // Sizes and places of all in the view.
  lay() {
    const { viewport } = this;
    const room = this.root.clientWidth;
    if (!room) return;
    viewport.fit(this.shown.window, room, Math.max(240, 0.8 * window.innerHeight));
    viewport.layView(this.view);
    for (const content of [this.planes.left.content, this.planes.right.content, this.canvas]) viewport.layContent(content);
    const { scale } = viewport;
    for (const text of this.view.querySelectorAll(".objects text")) {
      text.setAttribute("font-size", 12 / scale);
      text.setAttribute("x", Number(text.dataset.x) + 3 / scale);
      text.setAttribute("y", Math.max(Number(text.dataset.y) - 4 / scale, 12 / scale));
      text.setAttribute("stroke-width", 3 / scale);
    }
    this.moveSplit(this.split);
  }

  moveSplit(split) {
    this.split = Math.min(1, Math.max(0, split));
    const percent = 100 * this.split;
    this.view.style.setProperty("--split", `${percent}%`);
    this.handle.setAttribute("aria-valuenow", Math.round(percent));
    this.handle.setAttribute("aria-valuetext", `${Math.round(percent)} % ${this.left || "original"}, the rest ${this.right || "original"}`);
  }

  press(event) {
    if (event.button !== 0) return;
    const onHandle = event.target === this.handle;
    const box = this.view.getBoundingClientRect();
    const slides = !this.difference && (onHandle || !this.viewport.moves);
    const from = { x: event.clientX, y: event.clientY, centre: this.viewport.centre };
    const move = (moved) => {
      if (slides) this.moveSplit((moved.clientX - box.left) / box.width);
      else if (this.viewport.moves) {
        this.viewport.move(moved.clientX - from.x, moved.clientY - from.y, from.centre);
        this.lay();
      }
    };
    follow(this.view, event, move);
    if (slides) move(event);
  }

  key(event) {
    const step = ARROWS[event.key];
    const onHandle = event.target === this.handle;
    if (onHandle && (event.key === "Home" || event.key === "End")) this.moveSplit(event.key === "Home" ? 0 : 1);
    else if (step && (onHandle || !this.viewport.moves)) this.moveSplit(this.split + (step[0] - step[1]) * (event.shiftKey ? 0.1 : 0.02));
    else if (step) {
      this.viewport.move(-KEY_PIXELS * step[0], -KEY_PIXELS * step[1]);
      this.lay();
    } else return;
    event.preventDefault();
  }

  fillBelow() {
    const shown = this.shown;
    const cut = shown.window.width < shown.width || shown.window.height < shown.height;
    const size = `${shown.width}\u00d7${shown.height} pixels`;
    const part = cut ? `; shown are ${shown.window.width}\u00d7${shown.window.height} of them, from ${shown.window.left}, ${shown.window.top}` : "";
    const columns = [
      { title: "codec", text: (version) => this.pick(version), order: (version) => version.codec },
      { title: "quality", number: true, text: (version) => qualityText(version.quality), order: (version) => version.quality },
      { title: "rate, bpp", number: true, text: (version) => version.rate.toFixed(3) + (version.within_reach ? "" : " *"), order: (version) => version.rate },
      { title: "file", number: true, text: (version) => bytes(version.size_bytes), order: (version) => version.size_bytes },
      ...this.run.columns
        .filter((column) => shown.versions.some((version) => typeof version.scores[column.name] === "number"))
        .map((column) => ({ title: column.unit ? `${column.title}, ${column.unit}` : column.title, number: true, text: (version) => significant(version.scores[column.name] ?? null, column.scale === "decibels" ? 5 : 4), order: (version) => version.scores[column.name] ?? null })),
    ];
    const versions = shown.versions.filter((version) => version.codec);
    const notes = [`${shown.name}: ${size}${part}. Each codec's quality was searched so that its file comes near ${this.gallery.rate} bpp; rates and scores are those of the whole picture.`];
    if (versions.some((version) => !version.within_reach)) notes.push("* no measured quality reaches that rate; this is the nearest.");
    const parts = [sortableTable(`${shown.name} at about ${this.gallery.rate} bpp`, columns, versions), element("p", { class: "note" }, notes.join(" "))];
    if (shown.problems.length) parts.push(element("ul", { class: "problems" }, ...shown.problems.map((problem) => element("li", {}, problem))));
    this.below.replaceChildren(...parts);
    this.markRow();
  }

  pick(version) {
    const button = element("button", { type: "button", class: "pick", "data-codec": version.codec, title: "Show on the right" }, codecCell(this.styles, version.codec, false));
    button.addEventListener("click", () => {
      this.right = version.codec;
      this.fillPlanes();
    });
    return button;
  }

  markRow() {
    for (const button of this.below?.querySelectorAll(".pick") ?? []) {
      button.setAttribute("aria-pressed", button.dataset.codec === this.right);
      button.closest("tr").classList.toggle("picked", button.dataset.codec === this.right);
    }
  }
}

// RGBA samples of a picture, exactly as they are in its file.
async function samplesOf(uri, width, height) {
  const picture = new Image();
  picture.src = uri;
  await picture.decode();
  const canvas = element("canvas", { width, height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(picture, 0, 0);
  return pen.getImageData(0, 0, width, height).data;
}
