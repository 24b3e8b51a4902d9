// Exercises that take an answer: it is compared by the guards' rules with what the solution has computed, before the
// solution is unfolded, and a typical mistake is told by its name. What is compared stands in the page.

import { make, say, sendOnEnter } from "./elements.js";
import { matches, verdict } from "./guards.js";

function field(place) {
  const { answer } = place.dataset;
  const mistakes = JSON.parse(place.dataset.mistakes);
  const [kept, room, status] = ["[inert]", ".answer-room", ".prediction-status"].map(part => place.querySelector(part));
  const input = make("textarea", { rows: 1, spellcheck: false, autocomplete: "off", autocapitalize: "off" });
  const form = make("form", {}, ...kept.childNodes);
  room.replaceWith(input);
  form.addEventListener("submit", event => {
    event.preventDefault();
    const { right, text } = verdict(answer, input.value);
    const hint = right ? undefined : mistakes.find(([mistake]) => matches(mistake, input.value));
    place.classList.toggle("right", right);
    say(status, right ? `Right. ${text}` : hint ? `${text} ${hint[1]}` : text);
  });
  sendOnEnter(input);
  kept.replaceWith(form);
}

/** Bring to life the field of every exercise of the page that takes an answer. */
export const ask = () => document.querySelectorAll(".answer:has(> [inert])").forEach(field);
