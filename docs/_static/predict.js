// What a reader predicts. The switch "Predict first", one for the whole site, has predictions.js fetched when it is on,
// and an exercise that takes an answer has answers.js fetched when it comes near.

const place = document.querySelector(".predict-place");
if (place) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "predict-switch";
  button.textContent = "Predict first";
  const turn = async on => {
    button.setAttribute("aria-pressed", on);
    document.body.toggleAttribute("data-predict", on);
    if (!on) return;
    try {
      (await load("predictions.js")).cover();
    } catch {
      turn(false); // not fetched: the outputs are better seen than lost
    }
  };
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    try {
      localStorage.setItem("predict", on ? "on" : "off");
    } catch { /* a browser that keeps nothing */ }
    turn(on);
  });
  turn(document.body.hasAttribute("data-predict")); // theme.js has set it before the first paint
  place.prepend(button);
}

const near = new IntersectionObserver(async entries => {
  if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
  near.disconnect();
  try {
    (await load("answers.js")).ask();
  } catch { /* not fetched: the exercise can be read all the same */ }
}, { rootMargin: "600px" });
for (const one of document.querySelectorAll(".answer")) near.observe(one);
