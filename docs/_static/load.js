// Modules, fetched when a page needs them. From a folder a browser hands no module out: there they come as one script.

const STATIC = new URL(".", document.currentScript.src);
const VERSION = "";  // of the modules: the build writes it here
let script;

/** Give what the module `name`, below `_static`, exports. */
globalThis.load = name => {
  if (location.protocol !== "file:") return import(`${STATIC}${name}?v=${VERSION}`);
  script ??= new Promise((done, failed) => {
    const element = Object.assign(document.createElement("script"), { onload: done, onerror: failed });
    element.src = `${STATIC}modules.js?v=${VERSION}`;
    document.head.append(element);
  });
  return script.then(() => globalThis.joined(name));
};

// For what a page starts by itself: a worker.
Object.assign(globalThis.load, { folder: STATIC, version: VERSION });

if (document.querySelector("conv-explorer")) globalThis.load("explorers/explorer.js");
