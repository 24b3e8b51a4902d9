// Exercises that take an answer: it is compared by the guards' rules with what the solution has computed, before the
// solution is unfolded, and a typical mistake is told by its name. What is compared stands in the page.

import { say, sendOnEnter } from "./elements.js";
import { matches, verdict } from "./guards.js";

function field(place, n) {
  const { asked, answer } = place.dataset;
  const mistakes = JSON.parse(place.dataset.mistakes);
  const exercise = place.closest(".exercise").querySelector(".admonition-title .box-title")?.textContent ?? n + 1;
  place.innerHTML = `<form><label><span></span><textarea rows="1" spellcheck="false" autocomplete="off"
    autocapitalize="off"></textarea></label><button type="submit">Check<span class="visually-hidden"></span></button>
    <p class="prediction-status" role="status"></p></form>`;
  const [form, label, input, of, status] = ["form", "label span", "textarea", "button span", "p"]
    .map(part => place.querySelector(part));
  label.textContent = `Your answer: ${asked}`;
  of.textContent = ` the answer to ${exercise}`;
  form.addEventListener("submit", event => {
    event.preventDefault();
    const { right, text } = verdict(answer, input.value);
    const hint = right ? undefined : mistakes.find(([mistake]) => matches(mistake, input.value));
    place.classList.toggle("right", right);
    say(status, right ? `Right. ${text}` : hint ? `${text} ${hint[1]}` : text);
  });
  sendOnEnter(input);
}

/** Put a field into every place of the page that waits for an answer. */
export const ask = () => document.querySelectorAll(".answer:empty").forEach(field);
