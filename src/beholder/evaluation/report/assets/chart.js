// A chart of points and lines in SVG: hover, touch and arrow keys tell of points.
//
// series: [{name, style, published, lines: whether to join, points: [{x, y, low, high, told: [[key, text]]}]}]

const MARKERS = [
  (r) => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
  (r) => `M${-r} ${-r}H${r}V${r}H${-r}z`,
  (r) => `M0 ${-1.25 * r}L${1.2 * r} ${0.95 * r}H${-1.2 * r}z`,
  (r) => `M0 ${-1.4 * r}L${1.4 * r} 0L0 ${1.4 * r}L${-1.4 * r} 0z`,
  (r) => `M0 ${1.25 * r}L${1.2 * r} ${-0.95 * r}H${-1.2 * r}z`,
  (r) => `M${-0.4 * r} ${-1.3 * r}h${0.8 * r}v${0.9 * r}h${0.9 * r}v${0.8 * r}h${-0.9 * r}v${0.9 * r}h${-0.8 * r}v${-0.9 * r}h${-0.9 * r}v${-0.8 * r}h${0.9 * r}z`,
  (r) => `M0 ${-1.3 * r}L${1.15 * r} ${-0.6 * r}V${0.6 * r}L0 ${1.3 * r}L${-1.15 * r} ${0.6 * r}V${-0.6 * r}z`,
  (r) => `M${-r} ${-1.2 * r}L${1.4 * r} 0L${-r} ${1.2 * r}z`,
];
const COLOURS = 8;

// Colour, marker and dashes of each codec: the same in all runs and charts of the page.
class Styles {
  constructor(runs) {
    this.numbers = new Map();
    for (const published of [false, true]) {
      const names = runs.flatMap((run) => run.curves.filter((curve) => curve.published === published).map((curve) => curve.codec));
      for (const [number, name] of [...new Set(names)].entries()) this.numbers.set(name, number);
    }
  }

  of(codec) {
    const number = this.numbers.get(codec) ?? 0;
    // From the ninth on colours come again, with other markers and with dashes.
    const again = Math.floor(number / COLOURS);
    return { colour: `colour-${number % COLOURS}${again ? " again" : ""}`, marker: MARKERS[(number + 3 * again) % MARKERS.length] };
  }
}

function swatch(style, published) {
  return drawn(
    "svg",
    { class: `swatch ${style.colour}${published ? " published" : ""}`, viewBox: "-14 -7 28 14", width: 28, height: 14, "aria-hidden": "true" },
    drawn("path", { class: "line", d: "M-13 0H13" }),
    drawn("path", { class: "marker", d: style.marker(4.2) }),
  );
}

const MARGIN = { top: 12, right: 16, bottom: 46, left: 58 };
const NEAR_PIXELS = 36;

class Chart {
  // `least` and `most` pixels high.
  constructor(label, least = 300, most = 540) {
    Object.assign(this, { least, most });
    this.svg = drawn("svg", { class: "chart", tabindex: 0, role: "application", "aria-label": `${label}; arrow keys go from point to point` });
    this.tip = element("div", { class: "tip", hidden: true });
    this.root = element("div", { class: "chart-frame" }, this.svg, this.tip);
    this.model = null;
    this.shown = null;
    const leave = () => this.point(null);
    this.svg.addEventListener("pointermove", (event) => this.hover(event));
    this.svg.addEventListener("pointerdown", (event) => this.hover(event));
    this.svg.addEventListener("pointerleave", leave);
    this.svg.addEventListener("blur", leave);
    this.svg.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.root.clientWidth !== this.width && this.draw()).observe(this.root);
  }

  // `model`: {series, x, y: axes, shade: [low, high] or null, bands, range: [low, high], empty: text}, and maybe
  // `zero`, whether a line marks it, and `chosen`, a place on the x axis that a line marks.
  set(model) {
    this.model = model;
    this.draw();
  }

  draw() {
    const width = Math.floor(this.root.clientWidth);
    if (!this.model || width < 60) return;
    this.width = this.root.clientWidth;
    const height = Math.round(Math.min(this.most, Math.max(this.least, width * 0.6)));
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("height", height);
    this.svg.replaceChildren();
    this.point(null);
    this.placed = this.place(width, height);
    if (!this.placed) {
      this.svg.append(drawn("text", { class: "axis-title", x: width / 2, y: height / 2, "text-anchor": "middle" }, this.model.empty));
      return;
    }
    this.drawAxes(width, height);
    const clip = unique("clip");
    const { left, top, right, bottom } = this.area;
    this.svg.append(
      drawn("clipPath", { id: clip }, drawn("rect", { x: left - 6, y: top - 6, width: right - left + 12, height: bottom - top + 12 })),
    );
    this.marks = drawn("g", { class: "marks", "clip-path": `url(#${clip})` });
    for (const [number, series] of this.placed.entries()) this.marks.append(this.drawSeries(series, number));
    this.ring = drawn("circle", { class: "ring", r: 9, visibility: "hidden" });
    this.svg.append(this.marks, this.ring);
  }

  // Series with pixel positions of their points, or null where there is nothing to draw.
  place(width, height) {
    const { series, x, y, range, bands } = this.model;
    const inRange = (value) => value >= range[0] && value <= range[1];
    const placed = series
      .map((each) => ({
        ...each,
        points: each.points
          .filter((point) => point.x !== null && point.y !== null && Number.isFinite(x.place(point.x)))
          .map((point) => ({ ...point, within: inRange(point.x) })),
      }))
      .filter((each) => each.points.some((point) => point.within));
    const seen = placed.flatMap((each) => each.points.filter((point) => point.within));
    if (!seen.length) return null;
    const across = spanOf(seen.map((point) => x.place(point.x)), 0.03, Number.isFinite(range[0]) ? x.place(range[0]) : null, Number.isFinite(range[1]) ? x.place(range[1]) : null);
    const heights = seen.flatMap((point) => (bands && point.low !== null ? [point.y, point.low, point.high] : [point.y])).map(y.place);
    const up = spanOf(heights, 0.05, null, null);
    this.area = { left: MARGIN.left, top: MARGIN.top, right: width - MARGIN.right, bottom: height - MARGIN.bottom };
    this.span = { across, up };
    this.pixelX = (place) => this.area.left + ((place - across[0]) / (across[1] - across[0])) * (this.area.right - this.area.left);
    this.pixelY = (place) => this.area.bottom - ((place - up[0]) / (up[1] - up[0])) * (this.area.bottom - this.area.top);
    for (const each of placed) {
      for (const point of each.points) {
        point.px = this.pixelX(x.place(point.x));
        point.py = this.pixelY(y.place(point.y));
      }
    }
    return placed;
  }

  drawAxes(width, height) {
    const { x, y, shade } = this.model;
    const { left, top, right, bottom } = this.area;
    const grid = drawn("g", { class: "grid" });
    if (shade) {
      const ends = shade.map((value) => Math.min(right, Math.max(left, this.pixelX(x.place(value)))));
      grid.append(drawn("rect", { class: "shade", x: ends[0], y: top, width: Math.max(0, ends[1] - ends[0]), height: bottom - top }));
    }
    let last = -Infinity;
    for (const tick of x.ticks(...this.span.across, (right - left) / 90)) {
      const at = this.pixelX(tick.place);
      grid.append(drawn("path", { d: `M${at} ${top}V${bottom}` }));
      if (at - last < 9 * tick.text.length) continue;
      last = at;
      grid.append(drawn("text", { x: at, y: bottom + 18, "text-anchor": "middle" }, tick.text));
    }
    for (const tick of y.ticks(...this.span.up, (bottom - top) / 48)) {
      const at = this.pixelY(tick.place);
      grid.append(drawn("path", { d: `M${left} ${at}H${right}` }), drawn("text", { x: left - 8, y: at + 4, "text-anchor": "end" }, tick.text));
    }
    if (this.model.zero && this.span.up[0] < 0 && this.span.up[1] > 0) grid.append(drawn("path", { class: "zero", d: `M${left} ${this.pixelY(0)}H${right}` }));
    if (Number.isFinite(this.model.chosen)) grid.append(drawn("path", { class: "chosen", d: `M${this.pixelX(x.place(this.model.chosen))} ${top}V${bottom}` }));
    grid.append(
      drawn("text", { class: "axis-title", x: (left + right) / 2, y: height - 8, "text-anchor": "middle" }, x.title),
      drawn("text", { class: "axis-title", transform: `translate(14 ${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, y.title),
    );
    this.svg.append(grid);
  }

  drawSeries(series, number) {
    const group = drawn("g", { class: `series ${series.style.colour}${series.published ? " published" : ""}`, "data-number": number });
    const y = this.model.y;
    const banded = series.points.filter((point) => point.low !== null && point.low !== undefined);
    if (banded.length > 1) {
      const along = (points, end) => points.map((point) => `${point.px.toFixed(1)} ${this.pixelY(y.place(point[end])).toFixed(1)}`).join("L");
      group.append(drawn("path", { class: this.model.bands ? "band" : "band quiet", d: `M${along(banded, "high")}L${along([...banded].reverse(), "low")}z` }));
    }
    if (series.lines) group.append(drawn("path", { class: "line", d: "M" + series.points.map((point) => `${point.px.toFixed(1)} ${point.py.toFixed(1)}`).join("L") }));
    for (const point of series.points) group.append(drawn("path", { class: "marker", d: series.style.marker(4), transform: `translate(${point.px.toFixed(1)} ${point.py.toFixed(1)})` }));
    return group;
  }

  hover(event) {
    if (!this.placed) return;
    const box = this.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let [best, nearest] = [null, NEAR_PIXELS];
    for (const [series, { points }] of this.placed.entries()) {
      for (const [index, point] of points.entries()) {
        const distance = Math.hypot(point.px - x, point.py - y);
        if (point.within && distance < nearest) [best, nearest] = [{ series, index }, distance];
      }
    }
    this.point(best);
  }

  key(event) {
    if (!this.placed) return;
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    if (event.key === "Escape") this.point(null);
    if (!step) return;
    event.preventDefault();
    let { series, index } = this.shown ?? { series: 0, index: -1 };
    if (step[0] && this.shown) {
      const from = this.placed[series].points[index];
      series = (series + step[0] + this.placed.length) % this.placed.length;
      const distances = this.placed[series].points.map((point) => (point.within ? Math.abs(point.px - from.px) : Infinity));
      index = distances.indexOf(Math.min(...distances));
    } else {
      const points = this.placed[series].points;
      do index = (index + (step[1] || 1) + points.length) % points.length;
      while (!points[index].within);
    }
    this.point({ series, index });
    const found = this.placed[series];
    announce([found.name, ...found.points[index].told.map((pair) => pair.join(" "))].join(", "));
  }

  // Tells of one point, or of none.
  point(place) {
    this.shown = place;
    this.tip.hidden = !place;
    this.marks?.classList.toggle("one", Boolean(place));
    for (const group of this.marks?.children ?? []) group.classList.toggle("told", Boolean(place) && Number(group.dataset.number) === place.series);
    this.ring?.setAttribute("visibility", place ? "visible" : "hidden");
    if (!place) return;
    const series = this.placed[place.series];
    const point = series.points[place.index];
    this.ring.setAttribute("cx", point.px);
    this.ring.setAttribute("cy", point.py);
    this.ring.setAttribute("class", `ring ${series.style.colour}`);
    const list = element("dl", {});
    for (const [key, text] of point.told) list.append(element("dt", {}, key), element("dd", {}, text));
    this.tip.replaceChildren(element("p", {}, swatch(series.style, series.published), series.name), list);
    const width = this.root.clientWidth;
    const left = point.px + 16 + this.tip.offsetWidth > width ? point.px - 16 - this.tip.offsetWidth : point.px + 16;
    this.tip.style.left = `${Math.max(4, Math.min(left, width - this.tip.offsetWidth - 4))}px`;
    this.tip.style.top = `${Math.max(4, Math.min(point.py - 20, this.svg.clientHeight - this.tip.offsetHeight - 4))}px`;
  }

  // The chart as a file of its own, with the colours that it has now.
  save(name) {
    this.point(null);
    const copy = this.svg.cloneNode(true);
    const kept = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-family", "display"];
    const [from, to] = [this.svg.querySelectorAll("*"), copy.querySelectorAll("*")];
    for (const [index, each] of from.entries()) {
      const style = getComputedStyle(each);
      for (const property of kept) to[index].setAttribute(property, style.getPropertyValue(property));
    }
    copy.setAttribute("xmlns", SVG_NAMESPACE);
    copy.setAttribute("width", this.svg.clientWidth);
    copy.prepend(drawn("rect", { width: "100%", height: "100%", fill: getComputedStyle(this.root).backgroundColor }));
    const url = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }));
    element("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }
}

// Ends of an axis: those given, or of the values with some room.
function spanOf(places, room, low, high) {
  const [least, most] = [Math.min(...places), Math.max(...places)];
  const spare = room * (most - least) || 0.05 * Math.abs(most) || 0.5;
  const ends = [low ?? least - spare, high ?? most + spare];
  return ends[1] > ends[0] ? ends : [ends[0] - 0.5, ends[0] + 0.5];
}
