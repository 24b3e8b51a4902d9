// Numbers as explorers read and write them. No page is needed here: tests run this module by itself.

const LONGEST = 24; // numbers of a list
const MOST_ROWS = 12; // of a table
const LARGEST = 1e6;

// A whole number whole, others with six digits, and a true minus sign.
export const show = value =>
  String((Number.isSafeInteger(value) ? value : Number(value.toPrecision(6))) + 0).replace("-", "−");

// What fits into a cell: three digits, and larger numbers whole.
export const brief = value => show(Math.abs(value) < 100 ? Number(value.toPrecision(3)) : Math.round(value));

// "1,000,000": every digit of a count, however large it is.
export const whole = value => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

export const sum = values => values.reduce((total, value) => total + value, 0);

// What the products of pairs add up to.
export const sumOfProducts = pairs => pairs.reduce((total, [a, b]) => total + a * b, 0);

// What is left of a after whole b, also of a negative a.
export const modulo = (a, b) => ((a % b) + b) % b;

// "2·1 + 0·3 − 1·4": the products that a sum adds up.
export function products(pairs) {
  const second = value => value < 0 ? `(${show(value)})` : show(value);
  return pairs.map(([a, b], place) => {
    const sign = place ? (a < 0 ? " − " : " + ") : "";
    return `${sign}${show(place ? Math.abs(a) : a)}·${second(b)}`;
  }).join("");
}

// A column, row or list as a spreadsheet or a program writes it.
export function list(text, most = LONGEST) {
  const parts = text.replaceAll("−", "-").replace(/[[\]()]/g, " ").split(/[\s,;]+/).filter(Boolean);
  const values = parts.map(Number);
  const wrong = values.findIndex(value => !(Math.abs(value) <= LARGEST));
  if (wrong >= 0) throw new RangeError(`“${parts[wrong]}” is not a number from ${show(-LARGEST)} to ${show(LARGEST)}.`);
  if (!values.length || values.length > most) {
    throw new RangeError(`A list has 1 to ${most} numbers, not ${values.length}.`);
  }
  return values.map(value => value + 0); // no −0
}

// Rows of equally many numbers: each on a line of its own, or with semicolons between them.
export function table(text) {
  const rows = text.split(/[\r\n;]+/).filter(row => row.trim()).map(row => list(row));
  if (!rows.length || rows.length > MOST_ROWS || rows[0].length > MOST_ROWS) {
    throw new RangeError(`A table has 1 to ${MOST_ROWS} rows and columns, not ${rows.length} by ${rows[0]?.length ?? 0}.`);
  }
  const uneven = rows.findIndex(row => row.length !== rows[0].length);
  if (uneven < 0) return rows;
  throw new RangeError(`Row ${uneven} has ${rows[uneven].length} numbers, and the first row ${rows[0].length}.`);
}

// The rows of a table whose columns have names and, each, a largest number; all numbers are whole, from 1 on.
function named(columns, rows) {
  const names = Object.keys(columns);
  if (rows[0].length !== names.length) throw new RangeError(`A row has ${names.length} numbers: ${names.join(", ")}.`);
  for (const row of rows) row.forEach((value, at) => {
    const name = names[at], most = columns[name];
    if (Number.isInteger(value) && value >= 1 && value <= most) return;
    throw new RangeError(`“${name}” is a whole number from 1 to ${most}, not ${show(value)}.`);
  });
  return rows;
}

// What a field's text means, or a sentence about what is wrong with it.
export function parse(field, text) {
  if (field.type === "list") return list(text, field.most);
  if (field.type === "table") return field.columns ? named(field.columns, table(text)) : table(text);
  if (field.type === "choice") {
    if (field.choices.includes(text)) return text;
    throw new RangeError(`“${field.label}” is one of ${field.choices.join(", ")}, not “${text}”.`);
  }
  const value = Number(text.replaceAll("−", "-"));
  const fits = value >= field.min && value <= field.max;
  if (text.trim() && fits && (field.type === "real" || Number.isInteger(value))) return value + 0;
  const what = field.type === "real" ? "a number" : "a whole number";
  throw new RangeError(`“${field.label}” is ${what} from ${show(field.min)} to ${show(field.max)}, not “${text}”.`);
}

// Lists as a program writes them, each on a line of its own: "y = [1, -2.5]".
export const listed = lists => Object.entries(lists)
  .map(([name, values]) => `${name} = [${values.map(value => value + 0).join(", ")}]`).join("\n");

// A setting as it stands in an address: "n=7&kernel=3". What an address does not name has its first value.
export function read(kind, query, first = {}) {
  const state = { ...first };
  for (const part of query.split("&").filter(Boolean)) {
    const [name, text = ""] = part.split("=").map(decodeURIComponent);
    if (Object.hasOwn(kind.fields, name)) state[name] = parse(kind.fields[name], text);
  }
  return settle(kind, state, first);
}

export const text = value => Array.isArray(value?.[0]) ? value.join(";") : String(value);

// (An address has no spaces.)
export const write = (kind, state) =>
  Object.keys(kind.fields).map(name => `${name}=${text(state[name]).replaceAll(" ", "%20")}`).join("&");

// Values that depend on others follow them, and a place beyond what there is moves to the last one.
export function settle(kind, state, before = {}) {
  const next = kind.follow?.(state, before) ?? state;
  const [name, first, last] = kind.places(next);
  return { ...next, [name]: Math.max(first, Math.min(last, next[name])) };
}

// A preset that is chosen replaces the values that it names; values that are changed say which preset they are, or none.
export function preset(choice, presets, state, before) {
  const alike = (one, other, names) => Object.keys(names).every(name => text(one[name]) === text(other[name]));
  const chosen = presets[state[choice]];
  if (chosen && state[choice] !== before[choice] && alike(state, before, chosen)) return { ...state, ...chosen };
  const found = Object.entries(presets).find(([, values]) => alike(state, values, values));
  return { ...state, [choice]: found?.[0] ?? "own" };
}
