// How scores stand on an axis, higher being better (`Column.on_curve` in curves_of_rows.py), and ticks.

const SCORE_SCALES = {
  linear: { onCurve: (value) => value, value: (place) => place, note: "" },
  decibels: { onCurve: (value) => -10 * Math.log10(1 - value), value: (place) => 1 - 10 ** (-place / 10), note: "" },
  decades: { onCurve: (value) => -Math.log10(value), value: (place) => 10 ** -place, note: ", lower is better" },
  turned: { onCurve: (value) => -value, value: (place) => -place, note: ", lower is better" },
};

// A place on the curve, or null where there is none: a score that is missing or of a lossless file.
function onCurve(column, value) {
  if (value === null || value === undefined) return null;
  const place = SCORE_SCALES[column.scale].onCurve(value);
  return Number.isFinite(place) ? place : null;
}

function scoreTitle(column) {
  if (column.scale === "decibels") return `${column.title} as \u221210 log\u2081\u2080(1 \u2212 x), dB`;
  const unit = column.unit ? ` (${column.unit}${SCORE_SCALES[column.scale].note})` : SCORE_SCALES[column.scale].note;
  return column.title + unit;
}

function scoreText(column, value) {
  if (value === null || value === undefined) return "\u2013";
  const text = significant(value, column.scale === "decibels" ? 5 : 4) + (column.unit ? ` ${column.unit}` : "");
  const place = column.scale === "decibels" ? onCurve(column, value) : null;
  return place === null ? text : `${text} (${place.toFixed(2)} dB)`;
}

// Round numbers between two ends, about `count` of them.
function ticksBetween(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((each) => power * each >= rough * 0.999);
  const found = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) found.push(index * step);
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return found.map((place) => ({ place, text: minus(place.toFixed(places)) }));
}

// Ticks at 1, 2 and 5 times powers of ten, fewer where many decades are seen and others where none is; places are
// logarithms.
function ticksOfDecades(low, high) {
  const wide = high - low > 3.5;
  const found = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); power += 1) {
    for (const digit of wide ? [1] : [1, 2, 5]) {
      const place = power + Math.log10(digit);
      if (place >= low - 1e-9 && place <= high + 1e-9) found.push({ place, text: String(Number((digit * 10 ** power).toPrecision(3))) });
    }
  }
  // Within a few octaves round numbers lie nearly as far apart on a scale of logarithms.
  return found.length > 1 ? found : ticksBetween(10 ** low, 10 ** high, 4).map(({ place, text }) => ({ place: Math.log10(place), text }));
}

function scoreTicks(column, low, high, count) {
  if (column.scale === "decades") return ticksOfDecades(-high, -low).map(({ place, text }) => ({ place: -place, text }));
  if (column.scale === "turned") return ticksBetween(-high, -low, count).map(({ place, text }) => ({ place: -place, text }));
  return ticksBetween(low, high, count);
}

// An axis of numbers that are drawn as they are, or by their logarithm.
function numberAxis(title, logarithmic) {
  return {
    title,
    place: (value) => (logarithmic ? Math.log10(value) : value),
    ticks: (low, high, count) => (logarithmic ? ticksOfDecades(low, high) : ticksBetween(low, high, count)),
  };
}

function scoreAxis(column) {
  return { title: scoreTitle(column), place: (value) => value, ticks: (low, high, count) => scoreTicks(column, low, high, count) };
}
