// Before the first paint: the reader's theme, if one was chosen (Furo's script writes it when the button is pressed), and
// whether outputs are covered (predict.js writes it).
try {
  document.body.dataset.theme = localStorage.getItem("theme") || "auto";
  document.body.toggleAttribute("data-predict", localStorage.getItem("predict") === "on");
} catch {
  document.body.dataset.theme = "auto"; // a browser that keeps nothing
}
