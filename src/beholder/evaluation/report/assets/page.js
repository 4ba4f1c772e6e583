// Builds the sections of each run from the data in the page.

const MEAN = "";

class RunSection {
  constructor(run, gallery, dials, index, styles, heatColours) {
    Object.assign(this, { run, gallery, dials, index, styles });
    this.column = run.columns[0];
    this.anchor = run.anchor;
    this.picture = MEAN;
    this.logarithmic = true;
    this.bands = false;
    this.range = [-Infinity, Infinity];
    this.hidden = new Set();
    this.cost = "encode_cpu_s";
    const about = document.getElementById(`run-${index}-about`);
    const sections = [this.curves(), this.deltas(), this.costs()];
    if (gallery.pictures.length || gallery.problems.length) sections.push(this.pictures(heatColours));
    if (dials.length) sections.push(this.observers());
    about.after(...sections);
    this.update();
  }

  section(name, title) {
    const id = `run-${this.index}-${name}`;
    return element("section", { id, "aria-labelledby": `${id}-title` }, element("h3", { id: `${id}-title` }, title));
  }

  curves() {
    const { run } = this;
    const section = this.section("curves", "Score against rate");
    this.curveChart = new Chart(`${run.name}: score against rate`);
    const count = Math.max(0, ...run.curves.flatMap((curve) => curve.points.map((point) => point.items ?? 0)));
    const names = Object.keys(run.pictures);
    const set = (change) => (value) => {
      change(value);
      this.update();
    };
    const end = (label, index) => {
      const id = unique("end");
      const input = element("input", { id, type: "number", min: 0, step: "any", inputmode: "decimal", placeholder: index ? "all" : "0" });
      input.addEventListener("input", set(() => { this.range[index] = Number(input.value) > 0 ? Number(input.value) : index ? Infinity : -Infinity; }));
      return element("div", { class: "field short" }, element("label", { for: id }, label), input);
    };
    const controls = element(
      "div",
      { class: "controls" },
      run.columns.length > 1 ? menu("Score", run.columns.map((column) => [column.name, column.title]), this.column.name, set((value) => { this.column = run.columns.find((column) => column.name === value); })) : null,
      names.length > 1 ? menu("Pictures", [[MEAN, `mean over ${count}`], ...names.map((name) => [name, name])], MEAN, set((value) => { this.picture = value; })) : null,
      choice("Rate axis", [["log", "log"], ["linear", "linear"]], "log", set((value) => { this.logarithmic = value === "log"; })),
      end("From, bpp", 0),
      end("To, bpp", 1),
      checkbox("95 % bands", this.bands, set((value) => { this.bands = value; })),
      element("button", { type: "button", class: "plain", on: { click: () => this.curveChart.save(`${run.name}-${this.column.title}.svg`.replaceAll(/[/:\\]/g, "-")) } }, "Save SVG"),
    );
    this.legend = element("div", { class: "legend", role: "group", "aria-label": "Codecs; click to hide, double click or Shift and Enter to show one alone" });
    this.curveNote = element("p", { class: "note" });
    section.append(controls, element("div", { class: "figure" }, this.curveChart.root, this.legend), this.curveNote);
    this.makeLegend();
    return section;
  }

  makeLegend() {
    const toggle = (codec) => {
      if (!this.hidden.delete(codec)) this.hidden.add(codec);
      this.update();
    };
    const isolate = (codec) => {
      const others = this.run.curves.map((curve) => curve.codec).filter((each) => each !== codec);
      const alone = !this.hidden.has(codec) && others.every((each) => this.hidden.has(each));
      this.hidden = new Set(alone ? [] : others);
      this.update();
    };
    for (const curve of this.run.curves) {
      const button = element("button", { type: "button", title: curve.settings, "data-codec": curve.codec }, swatch(this.styles.of(curve.codec), curve.published), element("span", {}, curve.codec));
      button.addEventListener("click", () => toggle(curve.codec));
      // Its two clicks have hidden and shown the codec again.
      button.addEventListener("dblclick", () => isolate(curve.codec));
      button.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || !event.shiftKey) return;
        event.preventDefault();
        isolate(curve.codec);
      });
      this.legend.append(button);
    }
    this.all = element("button", { type: "button", class: "plain", on: { click: () => { this.hidden.clear(); this.update(); } } }, "show all");
    this.legend.append(this.all);
  }

  deltas() {
    const { run } = this;
    const section = this.section("deltas", "Deltas");
    const anchors = Object.keys(run.deltas);
    if (anchors.length > 1) section.append(element("div", { class: "controls" }, menu("Anchor", anchors.map((name) => [name, name]), this.anchor, (value) => { this.anchor = value; this.update(); })));
    this.deltaTables = element("div", {});
    section.append(this.deltaTables);
    return section;
  }

  costs() {
    const section = this.section("costs", "Time and memory");
    this.costChart = new Chart(`${this.run.name}: rate against time`);
    section.append(
      element("div", { class: "controls" }, choice("Time of", [["encode_cpu_s", "encoding"], ["decode_cpu_s", "decoding"]], this.cost, (value) => { this.cost = value; this.update(); })),
      element("div", { class: "figure even" }, this.costChart.root, costTable(this.run, this.styles)),
      element("p", { class: "note" }, "CPU seconds are means over pictures and qualities, of one thread; memory is the most that any picture took, without programs that a codec runs. Left and low is better in the chart."),
    );
    return section;
  }

  pictures(heatColours) {
    const { gallery } = this;
    const section = this.section("pictures", `Pictures at ${gallery.rate} bpp`);
    if (gallery.problems.length) section.append(element("ul", { class: "problems" }, ...gallery.problems.map((problem) => element("li", {}, problem))));
    if (gallery.pictures.length) section.append(new Gallery(gallery, this.run, this.styles, heatColours).root);
    return section;
  }

  observers() {
    const section = this.section("dial", `The observer dial at ${this.gallery.rate} bpp`);
    section.append(new DialView(this.dials, this.gallery, this.run, this.styles).root);
    return section;
  }

  update() {
    for (const button of this.legend.querySelectorAll("[data-codec]")) button.setAttribute("aria-pressed", !this.hidden.has(button.dataset.codec));
    this.all.hidden = !this.hidden.size;
    this.curveChart.set({
      series: this.series(),
      x: numberAxis("rate, bits a pixel", this.logarithmic),
      y: scoreAxis(this.column),
      shade: this.run.window,
      bands: this.bands && this.picture === MEAN,
      range: this.range,
      empty: this.picture === MEAN ? "Nothing to draw: all codecs are hidden, or none has this score at these rates." : "No such score of a single picture.",
    });
    this.curveNote.textContent = this.told();
    const { run, anchor } = this;
    this.deltaTables.replaceChildren(
      ...[
        element("h4", {}, `In ${this.column.title}`),
        scoreDeltasTable(run, anchor, this.column, this.styles),
        run.columns.length > 1 ? element("h4", {}, "In all scores") : null,
        run.columns.length > 1 ? allDeltasTable(run, anchor, this.styles) : null,
        deltaNotes(run, anchor),
        refusals(run, anchor),
      ].filter(Boolean),
    );
    this.costChart.set({
      series: this.costSeries(),
      x: numberAxis(`CPU seconds a picture, ${this.cost === "encode_cpu_s" ? "encoding" : "decoding"}`, true),
      y: { title: `rate at equal ${this.column.title} against ${anchor}, %`, place: (value) => value, ticks: ticksBetween },
      shade: null,
      bands: false,
      zero: true,
      range: [-Infinity, Infinity],
      empty: "No times, or no deltas in this score.",
    });
  }

  series() {
    const { column } = this;
    return this.run.curves
      .filter((curve) => !this.hidden.has(curve.codec) && (this.picture === MEAN || !curve.published))
      .map((curve) => ({
        name: curve.codec,
        style: this.styles.of(curve.codec),
        published: curve.published,
        lines: true,
        points: this.picture === MEAN ? curve.points.map((point) => this.meanPoint(point)) : picturePoints(this.run.pictures[this.picture][curve.codec], column),
      }));
  }

  meanPoint(point) {
    const { column } = this;
    const band = point.bands[column.name];
    const ends = band ? band.map((value) => onCurve(column, value)).sort((a, b) => a - b) : [null, null];
    const told = [];
    if (point.quality !== null) told.push(["quality", qualityText(point.quality)]);
    told.push(["rate", `${significant(point.rate, 4)} bpp`], [column.title, scoreText(column, point.scores[column.name])]);
    if (band) told.push(["95 %", `${significant(band[0])} to ${significant(band[1])}`]);
    if (point.items !== null) told.push(["pictures", String(point.items)]);
    return { x: point.rate, y: onCurve(column, point.scores[column.name]), low: ends[0], high: ends[1], told };
  }

  costSeries() {
    const deltas = new Map(this.run.deltas[this.anchor].filter((delta) => delta.column === this.column.name && delta.kind === "rate").map((delta) => [delta.codec, delta.value]));
    deltas.set(this.anchor, 0);
    return this.run.curves
      .filter((curve) => curve.cost && !this.hidden.has(curve.codec))
      .map((curve) => ({
        name: curve.codec,
        style: this.styles.of(curve.codec),
        published: false,
        lines: false,
        points: [{ x: curve.cost[this.cost], y: deltas.get(curve.codec) ?? null, low: null, high: null, told: [["CPU", `${significant(curve.cost[this.cost], 3)} s`], ["rate", deltas.has(curve.codec) && deltas.get(curve.codec) !== null ? `${signed(deltas.get(curve.codec), 1)} %` : "\u2013"]] }],
      }));
  }

  told() {
    const { run } = this;
    const notes = ["Points are joined by straight lines. Hover, touch or arrow keys tell of a point."];
    if (this.bands) notes.push("Bands are 95 % intervals of the mean, by the bootstrap over pictures; they are as wide as pictures differ, and codecs are compared by the deltas below.");
    if (run.curves.some((curve) => curve.published)) notes.push(this.picture === MEAN ? "Dashed: published means." : "Published curves are means, and are not drawn with a single picture.");
    if (run.window) notes.push(`Shaded: ${run.window[0]} to ${run.window[1]} bpp, over which deltas are taken.`);
    if (run.pictures_left_out) notes.push(`${plural(run.pictures_left_out, "picture")} are in the means alone, so that this page stays small.`);
    return notes.join(" ");
  }
}

function picturePoints(curve, column) {
  if (!curve) return [];
  return curve.rate.map((rate, index) => {
    const value = curve.scores[column.name][index];
    return {
      x: rate,
      y: onCurve(column, value),
      low: null,
      high: null,
      told: [["quality", qualityText(curve.quality[index])], ["rate", `${significant(rate, 4)} bpp`], [column.title, scoreText(column, value)]],
    };
  });
}

function start() {
  const { runs, galleries, dials, heat_colours } = JSON.parse(document.getElementById("data").textContent);
  const styles = new Styles(runs);
  const contents = document.getElementById("contents");
  for (const [index, run] of runs.entries()) {
    new RunSection(run, galleries[index], dials[index], index, styles, heat_colours);
    const link = (name, text) => (document.getElementById(`run-${index}-${name}`) ? element("a", { href: `#run-${index}-${name}` }, text) : null);
    contents.append(element("p", {}, runs.length > 1 ? element("b", {}, run.name) : null, link("curves", "Curves"), link("deltas", "Deltas"), link("costs", "Time and memory"), link("pictures", "Pictures"), link("dial", "Observer dial")));
  }
}

start();
