// Buttons that run and edit a cell, beside those that copy it. What they do is fetched at the first click, and Python only
// at the first run: until then a page is what it is without scripts.

const { live: plan, noRun = "{}" } = document.querySelector("[data-live]")?.dataset ?? {}; // where the site can run cells
const reasons = JSON.parse(noRun); // why some cannot be run, by their names

function liveNote(copies) {
  const note = document.createElement("p");
  note.className = "live-why";
  copies.after(note);
  return note;
}

for (const copies of plan ? document.querySelectorAll(".cell .copies") : []) {
  const name = copies.querySelector("summary .visually-hidden").textContent.trim();
  if (name in reasons) {
    copies.closest(".cell").classList.add("no-run");
    liveNote(copies).textContent = `Not run in the page. ${reasons[name]}`;
    continue;
  }
  const group = document.createElement("div");
  group.className = "live-buttons";
  group.id = `live-${name}`;
  const words = copies.closest(".cell").classList.contains("to-fill") ? ["Run", "Edit", "Check"] : ["Run", "Edit"];
  for (const word of words) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.word = word;
    button.textContent = word;
    button.setAttribute("aria-label", `${word} ${name}`);
    button.addEventListener("click", async ({ detail }) => {
      if (detail > 1) return; // a double click: the first has done it, and now the button says Stop
      try {
        (await load("live/cells.js"))[word.toLowerCase()](group, name, plan);
      } catch {
        if (copies.nextElementSibling?.matches(".live-why")) return;
        const note = liveNote(copies);
        note.setAttribute("role", "status");
        note.textContent = "What runs cells could not be fetched. When there is a connection, load the page again.";
      }
    });
    group.append(button);
  }
  copies.prepend(group);
}

// What a reader has solved is said at once, if there is any, and on the page that lists all exercises.
function tried() {
  try {
    return localStorage.getItem("convbook exercises"); // the key of progress.js
  } catch {
    return null;
  }
}
if (document.querySelector(".task-list") || (tried() && document.querySelector(".task"))) {
  load("live/progress.js").then(({ tell }) => tell(), () => {}); // not fetched: the exercises are there all the same
}
