// Dice: in how many ways a total comes about, by convolutions in an order that can be chosen, and what they cost.

import { products, show } from "./numbers.js";

function convolve(a, b) {
  const sums = Array(a.length + b.length - 1).fill(0);
  a.forEach((value, i) => b.forEach((other, j) => { sums[i + j] += value * other; }));
  return sums;
}

// The convolutions of an order, each as how many dice are in its two factors.
function pairs(count) {
  const taken = [];
  for (let row = Array(count).fill(1); row.length > 1;) {
    const next = [];
    for (let at = 0; at < row.length; at += 2) {
      if (at + 1 < row.length) taken.push([row[at], row[at + 1]]);
      next.push(row[at] + (row[at + 1] ?? 0)); // the last of an odd number waits
    }
    row = next;
  }
  return taken;
}
const ORDERS = {
  left: count => Array.from({ length: count - 1 }, (_, at) => [at + 1, 1]),
  right: count => Array.from({ length: count - 1 }, (_, at) => [1, at + 1]),
  pairs,
  once: count => pairs(count).filter((one, at, all) => at === all.findIndex(other => `${other}` === `${one}`)),
};
const HOW = { left: "from the left", right: "from the right", pairs: "in pairs", once: "in pairs, equal ones once" };
const chain = product => ["ways, multiplications = die, 0", "for _ in range(count - 1):",
  "    multiplications += len(ways) * len(die)", `    ways = np.convolve(${product})`];
const CODE = {
  left: chain("ways, die"),
  right: chain("die, ways"),
  pairs: ["lists, multiplications = [die] * count, 0", "while len(lists) > 1:",
    "    pairs = list(zip(lists[::2], lists[1::2]))", "    alone = lists[-1:] if len(lists) % 2 else []",
    "    multiplications += sum(len(a) * len(b) for a, b in pairs)",
    "    lists = [np.convolve(a, b) for a, b in pairs] + alone", "ways = lists[0]"],
  once: ["lists, done = [die] * count, {}", "while len(lists) > 1:",
    "    pairs = list(zip(lists[::2], lists[1::2]))", "    alone = lists[-1:] if len(lists) % 2 else []",
    "    for a, b in pairs:", "        if (len(a), len(b)) not in done:",
    "            done[len(a), len(b)] = np.convolve(a, b)",
    "    lists = [done[len(a), len(b)] for a, b in pairs] + alone", "ways = lists[0]",
    "multiplications = sum(m * n for m, n in done)"],
};

const kind = {
  title: "Sums of dice",
  fields: {
    count: { label: "Dice", type: "whole", min: 1, max: 10 },
    sides: { label: "Sides of each", type: "whole", min: 2, max: 10 },
    order: { label: "Order", type: "choice", choices: Object.keys(ORDERS) },
    total: { label: "Total", type: "place", min: 0, max: 100 },
  },

  places: ({ count, sides }) => ["total", count, count * sides],

  compute({ count, sides, order, total }) {
    const lists = [[1], Array(sides).fill(1)]; // of no die, of one, of two, …; place 0 is the least total
    while (lists.length <= count) lists.push(convolve(lists.at(-1), lists[1]));
    const taken = ORDERS[order](count);
    // Equal convolutions in a row: how often, the dice in their factors, and the numbers in their lists.
    const steps = [];
    for (const [a, b] of taken) {
      if (steps.at(-1)?.dice.join() === `${a},${b}`) steps.at(-1).times++;
      else steps.push({ times: 1, dice: [a, b], lengths: [lists[a].length, lists[b].length] });
    }
    const [a, b] = taken.length ? taken.at(-1) : [0, 1];
    const terms = lists[a].flatMap((value, i) => {
      const other = lists[b][total - count - i];
      return other === undefined ? [] : [[value, other]];
    });
    const mean = count * (sides + 1) / 2, variance = count * (sides ** 2 - 1) / 12, all = sides ** count;
    const bell = lists[count].map((_, place) =>
      all * Math.exp(-((count + place - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance));
    const multiplications = steps.reduce((sum, { times, lengths: [m, n] }) => sum + times * m * n, 0);
    return { ways: lists[count], all, steps, terms, multiplications, bell };
  },

  sentence({ count, order, total }, { ways, all, steps, terms, multiplications }) {
    const found = ways[total - count];
    const sum = count > 1 ? `${products(terms)} = ${show(found)}` : show(found);
    const costs = steps.map(({ times, lengths: [m, n] }) => (times > 1 ? `${times}·` : "") + show(m * n)).join(" + ");
    const whole = /\D/.test(costs) ? ` = ${show(multiplications)}` : "";
    return `${count === 1 ? "1 die" : `${count} dice`}, total ${total}: ${sum} of ${show(all)} ways, `
      + `a chance of ${show(found / all)}; ${HOW[order]}, `
      + (steps.length ? `${costs}${whole} multiplications` : "nothing is multiplied");
  },

  code({ count, sides, order, total }) {
    return `import numpy as np

count, sides, total = ${count}, ${sides}, ${total}
die = np.ones(sides, dtype=int)
${CODE[order].join("\n")}
print(ways.tolist())
print(ways[total - count], "of", sides**count, "ways")
print(multiplications, "multiplications")
`;
  },
};

export default kind;
