// Before the first paint, while the page is empty and nothing must be styled again: that scripts run, the reader's theme,
// if one was chosen (frame.js writes it when the button is pressed), and whether outputs are covered (predict.js writes it).
document.documentElement.classList.remove("no-js");
try {
  document.body.dataset.theme = localStorage.getItem("theme") || "auto";
  document.body.toggleAttribute("data-predict", localStorage.getItem("predict") === "on");
} catch {
  document.body.dataset.theme = "auto"; // a browser that keeps nothing
}
