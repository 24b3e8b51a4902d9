// Before the first paint: the reader's theme, if one was chosen (Furo's script writes it when the button is pressed).
try {
  document.body.dataset.theme = localStorage.getItem("theme") || "auto";
} catch {
  document.body.dataset.theme = "auto"; // a browser that keeps nothing
}
