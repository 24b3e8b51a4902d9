// The comparison of docs/_ext/book/execution/guards.py for the pages: whether a text is what a guard predicts, by the
// same rules, and which numbers of it are not. Pure functions; tests/test_guards_on_pages.py holds them to the original.

export const RELATIVE = 1e-6;
export const ABSOLUTE = 1e-12;
const ANY = "..."; // in a guard; the other tokens that are strings have one character

// What Python takes for white space and for a part of a word; JavaScript's \s and \w differ.
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const WORD = "[\\p{L}\\p{N}_]";
const UNSIGNED = "(?:[0-9]+\\.[0-9]*|\\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?";
const SPACES = new RegExp(`${SPACE}+`, "gu");
const LAST_SPACE = new RegExp(`${SPACE}$`, "u");
const WORDS = new RegExp(`${WORD}+`, "gu");
const NUMBER = new RegExp(
  `(?<!${WORD}|\\.)[-+]?(?:${UNSIGNED}|(?:nan|inf)(?!${WORD}))`
  + `|(?<=[0-9.])[-+]${UNSIGNED}`, // the imaginary part of 1.-2.j
  "gu");

const isNumber = token => typeof token !== "string";
const isFloat = ({ text }) => !/^[-+]?[0-9]+$/.test(text);

function value(text) {
  if (text.endsWith("inf")) return text.startsWith("-") ? -Infinity : Infinity;
  return text.endsWith("nan") ? NaN : Number(text);
}

// Numbers, characters, and single blanks for white space that counts.
function tokensOf(text) {
  const plain = text.replace(SPACES, " ").replace(/^ | $/g, "").replace(/ ?([[\](){},]) ?/g, "$1");
  const tokens = [];
  let place = 0;
  for (const { 0: number, index } of plain.matchAll(NUMBER)) {
    tokens.push(...plain.slice(place, index), { text: number, open: false });
    place = index + number.length;
  }
  tokens.push(...plain.slice(place));
  return tokens;
}

// The last three of four dots: "1...." is the number "1." and more.
function guardOf(want) {
  const tokens = [];
  let before = "";
  want.split(/\.{3}(?!\.)/).forEach((piece, n) => {
    const part = tokensOf(piece); // a blank next to the dots belongs to what they stand for
    if (n) {
      const last = tokens.at(-1);
      if (last && isNumber(last) && !LAST_SPACE.test(before)) last.open = true;
      tokens.push(ANY);
    }
    tokens.push(...part);
    before = piece;
  });
  return tokens;
}

function same(want, got) {
  if (!isNumber(want) || !isNumber(got)) return want === got;
  if (want.open) return got.text.startsWith(want.text);
  if (!isFloat(want) || !isFloat(got)) return want.text === got.text;
  return close(value(want.text), value(got.text));
}

function close(w, g) {
  if (Math.abs(w) <= ABSOLUTE && Math.abs(g) <= ABSOLUTE) return true;
  if (w === g || (Number.isNaN(w) && Number.isNaN(g))) return true;
  const larger = Math.max(Math.abs(w), Math.abs(g));
  return Number.isFinite(larger) && Math.abs(w - g) <= RELATIVE * larger;
}

const fits = (want, got, from) => want.every((token, n) => same(token, got[from + n]));

function match(want, got) {
  const pieces = [[]];
  for (const token of want) {
    if (token === ANY) pieces.push([]);
    else pieces.at(-1).push(token);
  }
  const first = pieces.shift();
  if (!pieces.length) return first.length === got.length && fits(first, got, 0);
  const last = pieces.pop();
  const end = got.length - last.length;
  let start = first.length;
  if (start > end || !fits(first, got, 0) || !fits(last, got, end)) return false;
  for (const piece of pieces) { // each at the first place where it fits: later ones have then the most room
    while (start + piece.length <= end && !fits(piece, got, start)) start++;
    start += piece.length;
    if (start > end) return false;
  }
  return true;
}

/** Whether the text `got` is what the guard `want` predicts. */
export const matches = (want, got) => match(guardOf(want), tokensOf(got));

/**
 * What agrees between a guard and a text, part by part in their order. The parts are the numbers of the guard, or its
 * words where it has none: `{what, wanted, parts}`, each part `{text, agrees, kind}` with the text as it was given;
 * `kind` says that only its kind is another, an integer for a float or a float for an integer.
 */
export function compare(want, got) {
  const guard = guardOf(want).filter(isNumber);
  if (!guard.length) {
    const words = want.match(WORDS) ?? [], given = got.match(WORDS) ?? [];
    return {
      what: "word",
      wanted: words.length,
      parts: given.map((text, n) => ({ text, agrees: text === words[n], kind: false })),
    };
  }
  const parts = tokensOf(got).filter(isNumber).map((number, n) => {
    const wanted = guard[n];
    const agrees = wanted !== undefined && same(wanted, number);
    const kind = !agrees && wanted !== undefined && !wanted.open && isFloat(wanted) !== isFloat(number)
      && close(value(wanted.text), value(number.text));
    return { text: number.text, agrees, kind };
  });
  return { what: "number", wanted: guard.length, parts };
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
const NAMED = 3; // so many differences are named; the others are counted

function ordinal(n) {
  if (n < ORDINALS.length) return ORDINALS[n];
  const ending = { 1: "st", 2: "nd", 3: "rd" }[(n + 1) % 10];
  return `${n + 1}${ending && ![11, 12, 13].includes((n + 1) % 100) ? ending : "th"}`;
}

const counted = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;

/** What to tell a reader who has predicted `got` where the guard is `want`: all that agrees, and never what is right. */
export function verdict(want, got) {
  const right = matches(want, got);
  const { what, wanted, parts } = compare(want, got);
  if (right) {
    const all = { 0: "", 1: `The ${what} agrees.`, 2: `Both ${what}s agree.` }[wanted] ?? `All ${wanted} ${what}s agree.`;
    return { right, text: all || "It agrees." };
  }
  if (!got.trim()) return { right, text: "Nothing is typed yet." };
  const told = [];
  if (parts.length !== wanted) told.push(`The output has ${counted(wanted, what)}, and this has ${parts.length}.`);
  const wrong = parts.map((part, n) => ({ ...part, n })).filter(({ agrees, n }) => !agrees && n < wanted);
  const agree = Math.min(parts.length, wanted) - wrong.length;
  if (!wrong.length && parts.length === wanted) {
    return { right, text: `${wanted === 1 ? `The ${what} agrees` : `All ${what}s agree`}, but not what stands around: `
      + "brackets, commas, signs or words." };
  }
  const named = wrong.slice(0, NAMED).map(({ text, kind, n }) => {
    const place = wanted === 1 ? "it" : `the ${ordinal(n)}`;
    if (!kind) return `${place} is not ${text}`;
    return `${place} has the value ${text} but is ${/^[-+]?[0-9]+$/.test(text) ? "no integer" : "an integer"}`;
  });
  const rest = wrong.length - NAMED;
  if (rest > 0) named.push(`${rest} more differ${rest === 1 ? "s" : ""}`);
  const sum = `${agree} of ${counted(wanted, what)} agree${wanted === 1 || agree === 1 ? "s" : ""}`;
  told.push(`${[sum, ...named].join("; ")}.`);
  return { right, text: told.join(" ") };
}
