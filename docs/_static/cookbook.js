// A box that leaves only the recipes with all of the words in it. Without scripts the page shows every recipe.

const recipes = [...document.querySelectorAll("section.recipe-entry")].map(section => ({
  section,
  task: section.parentElement,
  // Its words and those of its task. Code has too many: nearly every recipe asks for a size.
  text: [...section.parentElement.querySelectorAll(":scope > :not(section)"),
    ...section.querySelectorAll(":scope > :not(.cell)")]
    .map(part => part.textContent).join(" ").toLowerCase(),
}));
const box = document.querySelector(".recipe-filter");
if (box) {
  const input = box.querySelector("input");
  const count = box.querySelector("[role=status]");
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { section, text } of recipes) section.hidden = !words.every(word => text.includes(word));
    for (const { task } of recipes) {
      task.hidden = recipes.every(recipe => recipe.task !== task || recipe.section.hidden);
    }
    const left = recipes.filter(({ section }) => !section.hidden).length;
    count.textContent = words.length ? `${left} of ${recipes.length}` : "";
  });
}
