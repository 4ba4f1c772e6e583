// Tables that sort by a click on a heading, and those of deltas and costs.

// columns: [{title, note, text: (row) => string or node, order: (row) => value, number: bool}]
function sortableTable(caption, columns, rows) {
  const body = element("tbody");
  const table = element("table", { class: "sortable" }, element("caption", { class: "unseen" }, caption));
  const head = element("tr");
  let sorted = { column: null, up: true };
  const fillBody = () => {
    const { column, up } = sorted;
    const order = [...rows];
    if (column) {
      order.sort((one, other) => {
        const [a, b] = [column.order(one), column.order(other)];
        if (a === null || b === null) return (a === null) - (b === null);
        return (up ? 1 : -1) * (typeof a === "string" ? a.localeCompare(b) : a - b);
      });
    }
    body.replaceChildren(
      ...order.map((row) =>
        element("tr", { class: row.mark }, ...columns.map((each, index) => element(index ? "td" : "th", { scope: index ? null : "row", class: each.number ? "number" : null }, each.text(row)))),
      ),
    );
  };
  for (const column of columns) {
    const button = element("button", { type: "button", class: "sort" }, column.title);
    const cell = element("th", { scope: "col", class: column.number ? "number" : null, title: column.note }, button);
    button.addEventListener("click", () => {
      sorted = { column, up: sorted.column === column ? !sorted.up : true };
      for (const each of head.children) each.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", sorted.up ? "ascending" : "descending");
      fillBody();
    });
    head.append(cell);
  }
  fillBody();
  table.append(element("thead", {}, head), body);
  return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, table);
}

function titleOf(run, name) {
  return run.columns.find((column) => column.name === name)?.title ?? name;
}

// Parts of a long name, which breaks behind the signs that join them, where it has to break.
function breakable(name) {
  return name.split(/(?<=[:+=\/_])/).flatMap((part) => [part, element("wbr")]);
}

// A codec's name behind its mark, or behind that of another codec.
function codecCell(styles, codec, published, marked = codec) {
  return element("span", { class: "codec" }, swatch(styles.of(marked), published), element("span", {}, ...breakable(codec)));
}

function deltaText(delta) {
  if (!delta || delta.value === null) return element("span", { class: "none", title: delta?.reasons.join("\n") }, "not compared");
  const places = delta.kind === "rate" ? 1 : 3;
  const value = signed(delta.value, places) + (delta.kind === "rate" ? " %" : "");
  const interval = delta.interval ? `[${delta.interval.map((end) => signed(end, places)).join(", ")}]` : "no interval";
  const count = delta.items < delta.items_asked && delta.of === "items" ? ` (${delta.items} of ${delta.items_asked})` : "";
  const good = delta.kind === "rate" ? delta.value < 0 : delta.value > 0;
  // Coloured is what the choice of pictures does not explain.
  const sure = delta.interval && delta.interval[0] * delta.interval[1] > 0;
  return element("span", { class: "delta" }, element("b", { class: sure ? (good ? "better" : "worse") : null }, value), element("small", {}, interval + count));
}

// Value and interval of each rate delta on one scale with a line at 0.
function whisker(delta, span) {
  const [width, height] = [200, 22];
  const at = (value) => 6 + ((Math.max(span[0], Math.min(span[1], value)) - span[0]) / (span[1] - span[0])) * (width - 12);
  const picture = drawn("svg", { class: "whisker", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
  picture.append(drawn("path", { class: "zero", d: `M${at(0)} 0V${height}` }));
  if (!delta || delta.value === null) return picture;
  if (delta.interval) picture.append(drawn("path", { class: "interval", d: `M${at(delta.interval[0])} 11H${at(delta.interval[1])}` }));
  picture.append(drawn("circle", { cx: at(delta.value), cy: 11, r: 4.5 }));
  return picture;
}

function deltaRows(run, anchor, hidden) {
  const found = new Map();
  for (const delta of run.deltas[anchor]) found.set(`${delta.column} ${delta.kind} ${delta.codec}`, delta);
  return run.curves
    .filter((curve) => !hidden.has(curve.codec))
    .map((curve) => ({
      curve,
      isAnchor: curve.codec === anchor,
      mark: curve.codec === anchor ? "anchor" : null,
      delta: (column, kind) => found.get(`${column} ${kind} ${curve.codec}`) ?? null,
    }));
}

const orderOf = (row, column, kind) => (row.isAnchor ? 0 : (row.delta(column, kind)?.value ?? null));

function allDeltasTable(run, anchor, styles) {
  const columns = [{ title: "codec", text: (row) => codecCell(styles, row.curve.codec, row.curve.published), order: (row) => row.curve.codec }];
  for (const column of run.columns) {
    for (const kind of ["rate", "score"]) {
      const unit = column.delta_unit ? ` (${column.delta_unit})` : "";
      columns.push({
        title: kind === "rate" ? `${column.title}: rate` : `${column.title}: score${unit}`,
        note: kind === "rate" ? "percent of rate at equal score; negative: smaller files" : "score at equal rate; positive: better pictures",
        number: true,
        text: (row) => (row.isAnchor ? "0" : deltaText(row.delta(column.name, kind))),
        order: (row) => orderOf(row, column.name, kind),
      });
    }
  }
  return sortableTable(`Bjontegaard deltas against ${anchor}`, columns, deltaRows(run, anchor, new Set()));
}

function scoreDeltasTable(run, anchor, column, styles) {
  const rows = deltaRows(run, anchor, new Set());
  const rates = rows.map((row) => row.delta(column.name, "rate")).filter((delta) => delta?.value !== null && delta !== null);
  // Whiskers far longer than the deltas themselves do not squeeze these.
  const values = [0, ...rates.map((delta) => delta.value)];
  const room = 0.35 * (Math.max(...values) - Math.min(...values)) || 1;
  const limits = [Math.min(...values) - room, Math.max(...values) + room];
  const ends = [...values, ...rates.flatMap((delta) => delta.interval ?? [])];
  const span = [Math.max(limits[0], Math.min(...ends) - 0.1 * room), Math.min(limits[1], Math.max(...ends) + 0.1 * room)];
  const overlap = (row, kind) => {
    const delta = row.delta(column.name, kind);
    return delta?.overlap === null || !delta ? "\u2013" : `${Math.round(100 * delta.overlap)} %`;
  };
  const unit = column.delta_unit ? ` (${column.delta_unit})` : "";
  return sortableTable(
    `Deltas in ${column.title} against ${anchor}`,
    [
      { title: "codec", text: (row) => codecCell(styles, row.curve.codec, row.curve.published), order: (row) => row.curve.codec },
      { title: "rate", number: true, note: "percent of rate at equal score; negative: smaller files", text: (row) => (row.isAnchor ? "0" : deltaText(row.delta(column.name, "rate"))), order: (row) => orderOf(row, column.name, "rate") },
      { title: "rate and 95 % interval", text: (row) => whisker(row.isAnchor ? { value: 0, interval: null } : row.delta(column.name, "rate"), span), order: (row) => orderOf(row, column.name, "rate") },
      { title: `score${unit}`, number: true, note: "score at equal rate; positive: better pictures", text: (row) => (row.isAnchor ? "0" : deltaText(row.delta(column.name, "score"))), order: (row) => orderOf(row, column.name, "score") },
      { title: "pictures", number: true, note: "that could be compared, of those asked", text: (row) => { const delta = row.delta(column.name, "rate"); return delta ? `${delta.items} of ${delta.items_asked}` : "\u2013"; }, order: (row) => row.delta(column.name, "rate")?.items ?? null },
      { title: "overlap", number: true, note: "smallest share of the range that two curves had in common: of scores, of rates", text: (row) => (row.isAnchor ? "\u2013" : `${overlap(row, "rate")}, ${overlap(row, "score")}`), order: (row) => row.delta(column.name, "rate")?.overlap ?? null },
    ],
    rows,
  );
}

function refusals(run, anchor) {
  const refused = run.deltas[anchor].filter((delta) => delta.refused > 0);
  if (!refused.length) return null;
  const list = element("ul", {});
  for (const delta of refused) {
    const what = delta.of === "items" ? `${delta.refused} of ${plural(delta.items_asked, "picture")} not compared` : "mean curves not compared";
    const more = delta.refused > delta.reasons.length ? " \u2026" : "";
    list.append(element("li", {}, element("b", {}, `${delta.codec}, ${titleOf(run, delta.column)}, ${delta.kind}`), `: ${what}. ${delta.reasons.join("; ")}${more}`));
  }
  return element("details", {}, element("summary", {}, `Not compared: ${plural(refused.length, "cell")} with refusals`), list);
}

function deltaNotes(run, anchor) {
  const over = run.window ? `${run.window[0]} to ${run.window[1]} bpp of the anchor` : "all that both curves cover";
  const notes = [
    `Bjontegaard deltas against ${anchor} over ${over}: percent of rate at equal score (negative: smaller files), and score at equal rate (positive: better pictures). In brackets the 95 % interval by the bootstrap over pictures.`,
  ];
  const scales = new Set(run.columns.map((column) => column.scale));
  if (scales.has("decibels")) notes.push("MS-SSIM counts as \u221210 log\u2081\u2080(1 \u2212 x).");
  if (scales.has("decades")) notes.push("Divergences count as \u2212log\u2081\u2080(x).");
  const turned = run.columns.filter((column) => column.scale === "turned").map((column) => column.title);
  if (turned.length) notes.push(`${turned.join(", ")}: lower is better, and counts with its sign turned.`);
  const means = [...new Set(run.deltas[anchor].filter((delta) => delta.of === "means").map((delta) => titleOf(run, delta.column)))];
  if (means.length) notes.push(`In ${means.join(", ")} deltas are those of the mean curves; in other scores means of the pictures' deltas.`);
  if (run.curves.some((curve) => curve.published)) notes.push("Published curves are means over their publisher's pictures and mean something where the run's are the same.");
  return element("p", { class: "note" }, notes.join(" "));
}

function costTable(run, styles) {
  const number = (title, name, show, note) => ({ title, note, number: true, text: (row) => show(row.curve.cost[name]), order: (row) => row.curve.cost[name] });
  return sortableTable(
    "Time and memory",
    [
      { title: "codec", text: (row) => codecCell(styles, row.curve.codec, false), order: (row) => row.curve.codec },
      number("encode, CPU s", "encode_cpu_s", (value) => significant(value, 3), "mean over pictures and qualities"),
      number("decode, CPU s", "decode_cpu_s", (value) => significant(value, 3), "mean over pictures and qualities"),
      number("encode, memory", "encode_memory_bytes", bytes, "most of any picture"),
      number("decode, memory", "decode_memory_bytes", bytes, "most of any picture"),
    ],
    run.curves.filter((curve) => curve.cost).map((curve) => ({ curve })),
  );
}
