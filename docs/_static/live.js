// Buttons that run and edit a cell, beside those that copy it. What they do is fetched at the first click, and Python only
// at the first run: until then a page is what it is without scripts.

const plan = document.querySelector("[data-live]")?.dataset.live; // the address of the cells of this page, where the site can run them
for (const copies of plan ? document.querySelectorAll(".cell .copies") : []) {
  const name = copies.querySelector("summary .visually-hidden").textContent.trim();
  const group = document.createElement("div");
  group.className = "live-buttons";
  for (const word of ["Run", "Edit"]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = word;
    button.setAttribute("aria-label", `${word} ${name}`);
    button.addEventListener("click", async () => {
      try {
        (await load("live/cells.js"))[word.toLowerCase()](group, plan);
      } catch {
        button.textContent = "Not available"; // not fetched: the cell can still be copied
      }
    });
    group.append(button);
  }
  copies.prepend(group);
}
