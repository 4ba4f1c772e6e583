// One picture at one rate for each observer of a codec: pictures side by side, and scores against the observer.
//
// dials: [{name, columns, places: [{alpha, codec, means: {column: {value, interval, change, change_interval, items}}}]}],
// places by alpha.

const LEAST_TICKS = 5; // up a chart
const OF_PICTURE = "picture";
const OF_MEAN = "mean";
// Right or wrong on one picture, by the kind of the score.
const ANSWERS = { top1: ["wrong", "right"], top5: ["wrong", "right"], agreement: ["another", "the same"] };

function answerWords(column) {
  return ANSWERS[column.name.split(":")[0]] ?? null;
}

function alphaText(alpha) {
  return String(Number(alpha.toPrecision(4)));
}

class DialView {
  constructor(dials, gallery, run, styles) {
    Object.assign(this, { dials, gallery, run, styles });
    this.panes = new Panes();
    this.dial = dials[0];
    this.picture = 0;
    this.beside = this.dial.places[0].codec;
    this.all = false;
    this.chosen = this.dial.places.length - 1;
    this.of = this.hasPictures ? OF_PICTURE : OF_MEAN;
    this.held = [];
    this.controls = element("div", { class: "controls" });
    this.makeDial();
    this.scoresOf = element("div", { class: "controls" });
    this.table = element("div", {});
    this.charts = element("div", { class: "dial-charts" });
    this.names = element("p", { class: "dial-names" }, ...(dials.length > 1 ? dials.map((dial) => codecCell(styles, dial.name, false, dial.places[0].codec)) : []));
    this.note = element("p", { class: "note" });
    this.root = element("div", { class: "gallery" }, this.controls, this.knob, this.panes.root, this.scoresOf, this.table, this.names, this.charts, this.note);
    this.show();
  }

  get shown() {
    return this.gallery.pictures[this.picture];
  }

  get place() {
    return this.dial.places[this.chosen];
  }

  // Whether a picture was encoded here for two observers of a dial.
  get hasPictures() {
    return this.gallery.pictures.some((picture) => this.dials.some((dial) => dial.places.filter((place) => picture.versions.some((version) => version.codec === place.codec)).length > 1));
  }

  // How many pictures are in the means; 0 where no curve reaches the rate.
  get meanItems() {
    return Math.max(0, ...this.dials.flatMap((dial) => dial.places.flatMap((place) => Object.values(place.means).map((mean) => mean.items))));
  }

  version(codec) {
    return this.shown?.versions.find((version) => version.codec === codec) ?? null;
  }

  makeDial() {
    const id = unique("observer");
    this.range = element("input", { id, type: "range", min: 0, step: 1, on: { input: () => this.choose(Number(this.range.value)) } });
    this.stops = element("div", { class: "stops" });
    this.knob = element(
      "div",
      { class: "dial" },
      element("label", { for: id }, "Observer"),
      element("span", { class: "end" }, "people"),
      element("div", { class: "scale" }, this.range, this.stops),
      element("span", { class: "end" }, "networks"),
    );
  }

  choose(number) {
    this.chosen = number;
    this.range.value = number;
    this.showChosen();
    this.drawCharts();
  }

  // Everything anew: another picture or codec.
  show() {
    const { places } = this.dial;
    this.chosen = Math.min(this.chosen, places.length - 1);
    if (this.beside && !places.some((place) => place.codec === this.beside)) this.beside = places[0].codec;
    this.panes.viewport.centre = null;
    this.makeControls();
    this.makeStops();
    this.fillPanes();
    this.showScores();
    this.showChosen();
  }

  makeControls() {
    const { gallery, dials } = this;
    const set = (change) => (value) => {
      change(value);
      this.show();
    };
    const parts = [];
    const names = gallery.pictures.map((picture, index) => [String(index), picture.name]);
    if (this.hasPictures && names.length > 1) parts.push(menu("Picture", names, String(this.picture), set((value) => { this.picture = Number(value); })));
    if (dials.length > 1) parts.push(menu("Codec", dials.map((dial) => [dial.name, dial.name]), this.dial.name, set((value) => { this.dial = dials.find((dial) => dial.name === value); })));
    if (this.hasPictures) {
      const { codec, alpha } = this.dial.places[0];
      parts.push(
        choice("Show", [["two", "two"], ["all", "all observers"]], this.all ? "all" : "two", (value) => { this.all = value === "all"; this.makeControls(); this.fillPanes(); this.showChosen(); }),
        this.all ? null : choice("On the left", [[codec, `observer ${alphaText(alpha)}`], ["", "original"]], this.beside, (value) => { this.beside = value; this.fillPanes(); this.showChosen(); }),
        choice("Zoom", ZOOMS, this.panes.viewport.zoom, (value) => { this.panes.zoom = value; }),
      );
    }
    this.controls.replaceChildren(...parts.filter(Boolean));
    const means = this.meanItems;
    const both = this.hasPictures && means;
    this.scoresOf.replaceChildren(...(both ? [choice("Scores of", [[OF_PICTURE, "this picture"], [OF_MEAN, `mean over ${means}`]], this.of, (value) => { this.of = value; this.showScores(); this.showChosen(); })] : []));
  }

  makeStops() {
    const { places } = this.dial;
    this.range.max = places.length - 1;
    this.range.value = this.chosen;
    this.stops.replaceChildren(
      ...places.map((place, number) => {
        const button = element("button", { type: "button", tabindex: -1, title: place.codec, on: { click: () => this.choose(number) } }, alphaText(place.alpha));
        button.style.left = `${(100 * number) / (places.length - 1)}%`;
        return button;
      }),
    );
  }

  // The places whose pictures each pane holds.
  fillPanes() {
    this.panes.root.hidden = !this.hasPictures;
    if (!this.hasPictures) return;
    const { places } = this.dial;
    const original = { alpha: null, codec: "" };
    const beside = places.find((place) => place.codec === this.beside) ?? original;
    this.held = this.all ? [original, ...places].map((place) => [place]) : [[beside], places];
    const picture = ({ codec }) => ({ alt: `${this.shown.name}, ${codec || "original"}`, file: this.version(codec)?.picture ?? null });
    this.panes.fill(this.shown.window, this.held.map((held) => held.map(picture)));
  }

  // What depends on the place of the dial, but for the charts.
  showChosen() {
    const chosen = this.place;
    for (const [number, held] of this.held.entries()) {
      const place = held.length > 1 ? chosen : held[0];
      this.panes.show(number, held.indexOf(place), this.captionOf(place), this.all && place === chosen);
    }
    for (const [number, button] of [...this.stops.children].entries()) button.classList.toggle("picked", number === this.chosen);
    for (const row of this.table.querySelectorAll("tbody tr")) {
      const button = row.querySelector(".pick");
      const isChosen = button.dataset.codec === chosen.codec;
      button.setAttribute("aria-pressed", isChosen);
      row.classList.toggle("picked", isChosen);
    }
    this.range.setAttribute("aria-valuetext", [alphaText(chosen.alpha), ...this.told(chosen).map((pair) => pair.join(" "))].join(", "));
  }

  captionOf(place) {
    if (!place.codec) return [element("b", {}, "original")];
    const version = this.version(place.codec);
    const title = element("p", {}, element("b", {}, `observer ${alphaText(place.alpha)}`), ` \u00b7 ${version ? `${version.rate.toFixed(3)} bpp` : "no file of this picture"}`);
    if (!version) return [title];
    const list = element("dl", {});
    for (const column of this.pictureColumns) list.append(element("div", {}, element("dt", {}, column.title), element("dd", {}, this.scoreOfVersion(column, version))));
    return [title, list];
  }

  // Scores that some version of the picture has.
  get pictureColumns() {
    return this.dial.columns.filter((column) => this.shown?.versions.some((version) => typeof version.scores[column.name] === "number"));
  }

  get meanColumns() {
    return this.dial.columns.filter((column) => this.dial.places.some((place) => place.means[column.name]));
  }

  scoreOfVersion(column, version) {
    const value = version.scores[column.name] ?? null;
    const words = answerWords(column);
    return words && value !== null ? words[Number(value > 0.5)] : scoreText(column, value);
  }

  // What is said of a place: of the picture, or of the mean.
  told(place) {
    if (this.of === OF_MEAN) return this.meanColumns.map((column) => [column.title, scoreText(column, place.means[column.name]?.value ?? null)]);
    const version = this.version(place.codec);
    if (!version) return [["rate", "\u2013"]];
    return [["rate", `${version.rate.toFixed(3)} bpp`], ...this.pictureColumns.map((column) => [column.title, this.scoreOfVersion(column, version)])];
  }

  // The table and the charts, of the picture or of the mean.
  showScores() {
    const isMean = this.of === OF_MEAN;
    const columns = [
      { title: "observer", text: (place) => this.pick(place), order: (place) => place.alpha },
      ...(isMean ? [] : this.fileColumns()),
      ...(isMean ? this.meanColumns : this.pictureColumns).map((column) => ({
        title: column.unit ? `${column.title}, ${column.unit}` : column.title,
        number: true,
        text: (place) => (isMean ? meanCell(column, place.means[column.name]) : this.scoreCell(column, place)),
        order: (place) => (isMean ? place.means[column.name]?.value : this.version(place.codec)?.scores[column.name]) ?? null,
      })),
    ];
    const what = isMean ? `mean over ${plural(this.meanItems, "picture")}` : this.shown.name;
    this.table.replaceChildren(sortableTable(`${this.dial.name} by observer, ${what}, at ${this.gallery.rate} bpp`, columns, this.dial.places));
    const drawn = (isMean ? this.meanColumns : this.pictureColumns.filter((column) => !answerWords(column))).filter((column) => this.pointsOf(this.dial, column).filter((point) => point.y !== null).length > 1);
    this.chartList = drawn.map((column) => ({ column, chart: new Chart(`${this.run.name}: ${column.title} against the observer`, 190, 280) }));
    this.charts.replaceChildren(...this.chartList.map(({ column, chart }) => element("div", {}, element("h4", {}, scoreTitle(column)), chart.root)));
    this.note.textContent = this.notes(isMean);
    this.drawCharts();
  }

  fileColumns() {
    const of = (get, text) => ({ number: true, text: (place) => { const version = this.version(place.codec); return version ? text(version) : "\u2013"; }, order: (place) => { const version = this.version(place.codec); return version ? get(version) : null; } });
    return [
      { title: "quality", ...of((version) => version.quality, (version) => qualityText(version.quality)) },
      { title: "rate, bpp", ...of((version) => version.rate, (version) => version.rate.toFixed(3) + (version.within_reach ? "" : " *")) },
      { title: "file", ...of((version) => version.size_bytes, (version) => bytes(version.size_bytes)) },
    ];
  }

  scoreCell(column, place) {
    const version = this.version(place.codec);
    if (!version) return "\u2013";
    return answerWords(column) ? this.scoreOfVersion(column, version) : significant(version.scores[column.name] ?? null, column.scale === "decibels" ? 5 : 4);
  }

  pick(place) {
    const button = element("button", { type: "button", class: "pick", "data-codec": place.codec, title: `${place.codec}: show` }, `${alphaText(place.alpha)} \u00b7 `, ...breakable(place.codec));
    button.addEventListener("click", () => this.choose(this.dial.places.indexOf(place)));
    return button;
  }

  pointsOf(dial, column) {
    return dial.places.map((place) => (this.of === OF_MEAN ? meanPoint(column, place) : this.picturePoint(column, place)));
  }

  picturePoint(column, place) {
    const version = this.version(place.codec);
    const measured = version?.scores[column.name] ?? null;
    const y = this.atRate(column, place.codec, version?.rate, onCurve(column, measured));
    const told = [["observer", alphaText(place.alpha)], [column.title, scoreText(column, y === null ? null : SCORE_SCALES[column.scale].value(y))]];
    if (version) told.push(["measured", `${scoreText(column, measured)} at ${significant(version.rate, 4)} bpp`]);
    return { x: place.alpha, y, low: null, high: null, told };
  }

  // A picture's place on a curve moved from its rate to that of the dial, along the picture's measured curve.
  atRate(column, codec, rate, y) {
    const curve = this.run.pictures[this.shown.name]?.[codec];
    if (y === null || !curve?.scores[column.name]) return y;
    const points = picturePoints(curve, column);
    const [from, to] = [heightAt(points, rate), heightAt(points, this.gallery.rate)];
    return from === null || to === null ? y : y + to - from;
  }

  drawCharts() {
    const alphas = [...new Set(this.dials.flatMap((dial) => dial.places.map((place) => place.alpha)))].sort((a, b) => a - b);
    const x = { title: "observer: 0 people, 1 networks", place: (value) => value, ticks: () => alphas.map((alpha) => ({ place: alpha, text: alphaText(alpha) })) };
    for (const { column, chart } of this.chartList) {
      chart.set({
        series: this.dials.map((dial) => ({ name: dial.name, style: this.styles.of(dial.places[0].codec), published: false, lines: true, points: this.pointsOf(dial, column) })),
        x,
        y: lowAxis(column),
        shade: null,
        bands: false,
        chosen: this.place.alpha,
        range: [-Infinity, Infinity],
        empty: "No such score.",
      });
    }
  }

  notes(isMean) {
    const { rate } = this.gallery;
    const notes = [];
    if (isMean) notes.push(`Means are read off the curves of mean score against mean rate at ${rate} bpp, linearly in the rate's logarithm; below each stands the change from observer ${alphaText(this.dial.places[0].alpha)} with its 95 % interval over the pictures, coloured where that does not hold 0. Points of the charts tell of the intervals of the means, which are as wide as pictures differ.`);
    else {
      const rates = this.dial.places.map((place) => this.version(place.codec)?.rate).filter(Boolean);
      const apart = rates.length ? Math.max(...rates) / Math.min(...rates) - 1 : 0;
      notes.push(`Each observer's quality was searched so that the file comes near ${rate} bpp; rates, which differ by up to ${(100 * apart).toFixed(1)} %, and scores are those of the whole picture. Charts have the scores moved to ${rate} bpp along the picture's curve, where this page has it.`);
    }
    if (!isMean && this.dial.places.some((place) => this.version(place.codec)?.within_reach === false)) notes.push("* no measured quality reaches that rate; this is the nearest.");
    if (!this.hasPictures) notes.push("No picture could be encoded for two observers here.");
    return notes.join(" ");
  }
}

// Of a chart that is low: the title stands above it, and ticks lie closer.
function lowAxis(column) {
  const axis = scoreAxis(column);
  return { ...axis, title: "", ticks: (low, high, count) => axis.ticks(low, high, Math.max(count, LEAST_TICKS)) };
}

function meanPoint(column, place) {
  const mean = place.means[column.name];
  const ends = mean?.interval ? mean.interval.map((end) => onCurve(column, end)).sort((a, b) => a - b) : [null, null];
  const told = [["observer", alphaText(place.alpha)], [column.title, scoreText(column, mean?.value ?? null)]];
  if (mean?.interval) told.push(["95 %", mean.interval.map((end) => significant(end)).join(" to ")]);
  return { x: place.alpha, y: onCurve(column, mean?.value), low: ends[0], high: ends[1], told };
}

// Between points {x, y} by increasing x, linear in the logarithm of x; null beyond their ends.
function heightAt(points, x) {
  const known = points.filter((point) => point.y !== null);
  const after = known.findIndex((point) => point.x >= x);
  if (after < 0 || (after === 0 && known[0].x > x)) return null;
  if (known[after].x === x) return known[after].y;
  const [low, high] = [known[after - 1], known[after]];
  return low.y + ((high.y - low.y) * Math.log(x / low.x)) / Math.log(high.x / low.x);
}

function meanCell(column, mean) {
  if (!mean) return element("span", { class: "none" }, "not reached");
  const digits = column.scale === "decibels" ? 5 : 4;
  const { change, change_interval: interval } = mean;
  const places = change === null ? 0 : placesOf([change, ...(interval ?? [])]);
  const told = !change ? "" : `${signed(change, places)}${interval ? ` [${interval.map((end) => signed(end, places)).join(", ")}]` : ""}`;
  const sure = interval && interval[0] * interval[1] > 0;
  const good = SCORE_SCALES[column.scale].note ? change < 0 : change > 0;
  return element("span", { class: "delta" }, element("b", {}, significant(mean.value, digits)), element("small", { class: sure ? (good ? "better" : "worse") : null }, told));
}

// Places after the decimal point that write the largest of some numbers with three digits.
function placesOf(values) {
  const most = Math.max(...values.map(Math.abs));
  return most > 0 ? Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(most)))) : 0;
}
