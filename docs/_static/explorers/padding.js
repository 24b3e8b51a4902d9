// Border rules: from which cell of the signal each cell outside of it takes its value.

import { asArguments, cellAt, SOURCES } from "./borders.js";
import { show } from "./numbers.js";

const HOW = {
  constant: "",
  edge: "the nearest cell",
  reflect: "a mirror in the middle of the end cell",
  symmetric: "a mirror at the end of the signal",
  wrap: "the signal repeated",
};

const kind = {
  title: "Border rules",
  fields: {
    x: { label: "Signal x", type: "list" },
    rule: { label: "Rule", type: "choice", choices: Object.keys(SOURCES) },
    before: { label: "Cells before", type: "whole", min: 0, max: 12 },
    after: { label: "Cells after", type: "whole", min: 0, max: 12 },
    value: { label: "Constant", type: "whole", min: -999, max: 999 },
    place: { label: "Place", type: "place", min: -99, max: 99 },
  },

  places: ({ x, before, after }) => ["place", -before, x.length - 1 + after],

  compute({ x, rule, before, after, value }) {
    const places = Array.from({ length: before + x.length + after }, (_, cell) => cell - before);
    const sources = places.map(place => SOURCES[rule](place, x.length));
    return { sources, y: places.map(place => cellAt(x, rule, value, place)) };
  },

  sentence({ x, rule, before, place }, { sources, y }) {
    const source = sources[place + before], value = show(y[place + before]);
    if (place >= 0 && place < x.length) return `x[${place}] = ${value}, a cell of the signal`;
    if (source === null) return `place ${show(place)} lies outside: constant = ${value}`;
    return `place ${show(place)} lies outside: ${rule} takes x[${source}] = ${value} (${HOW[rule]})`;
  },

  lists: (_, { y }) => ({ y }),

  code({ x, rule, before, after, value }) {
    return `import convbook

x = [${x.join(", ")}]
y = convbook.pad(x, (${before}, ${after}), ${asArguments(rule, value)})
print(y.tolist())
`;
  },
};

export default kind;
