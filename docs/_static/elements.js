// What the parts of a page that answer have in common.

/** Make an element with properties and children. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** In a field of several lines Enter sends, and Shift+Enter begins a line. */
export function sendOnEnter(field) {
  field.addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    field.form.requestSubmit();
  });
}

/** Say words, also when they are the same as before: without a pause those would be silent. */
export function say(status, words) {
  status.textContent = "";
  setTimeout(() => { status.textContent = words; }, 50);
}
