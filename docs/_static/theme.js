// Before the first paint: the reader's theme, if one was chosen (Furo's script writes it when the button is pressed), and
// whether outputs are covered (predict.js writes it; from a folder they never are).
try {
  document.body.dataset.theme = localStorage.getItem("theme") || "auto";
  const covered = localStorage.getItem("predict") === "on" && location.protocol !== "file:";
  document.body.toggleAttribute("data-predict", covered);
} catch {
  document.body.dataset.theme = "auto"; // a browser that keeps nothing
}
