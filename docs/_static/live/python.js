// Python in a worker or in Node: it starts once, runs cells by docs/_ext/book/live/runner.py, and takes a package when a
// cell needs it. Sizes are those of the supply's lock, as a host sends the files.

const MEGABYTE = 1e6;
const size = bytes => `${(bytes / MEGABYTE).toFixed(1)} MB`;
const PLACE = "/docs/part"; // where a chapter lies, as its cells name other files
const FIRST = ["numpy"]; // what every cell needs

/** The packages of the lock that `names` need and that are not `there`, with what they depend on. */
function missing(packages, names, there) {
  const found = new Set();
  const add = name => {
    const one = packages[name.toLowerCase()];
    if (!one || found.has(one.name) || there[one.name]) return;
    found.add(one.name);
    one.depends.forEach(add);
  };
  names.forEach(add);
  return [...found];
}

/**
 * Start Python. `folder` is where its files lie, `lock` what they are, `library` an archive of the library and the
 * runner, `first` the size of all this; `say` hears what is being done. Gives a function that runs a cell after those
 * that it needs, and gives what the runner says of it.
 */
export async function start({ loadPyodide, folder, lock, library, first, say }) {
  const { packages } = lock;
  const packed = names => names.reduce((sum, name) => sum + packages[name.toLowerCase()].packed, 0);
  say(`Fetching Python and NumPy: ${first}, kept for next time …`);
  const python = await loadPyodide({ indexURL: folder, packages: FIRST });
  python.unpackArchive(await library, "zip", { extractDir: "/book" });
  python.FS.mkdirTree(PLACE);
  python.FS.chdir(PLACE);
  const call = python.runPython(`
import json, sys
sys.path.insert(0, "/book")
from book.live import runner
runner.setup("/book/matplotlibrc")
lambda needed, cell: json.dumps(runner.run(json.loads(needed), json.loads(cell)))
`);
  const take = async names => {
    const wanted = missing(packages, names, python.loadedPackages);
    if (!wanted.length) return false;
    const asked = names.filter(name => wanted.includes(packages[name.toLowerCase()].name));
    say(`Fetching ${asked.join(" and ")}: ${size(packed(wanted))}, kept for next time …`);
    await python.loadPackage(wanted, { messageCallback() {}, errorCallback() {} });
    const loaded = Object.keys(python.loadedPackages).map(name => name.toLowerCase());
    const lost = wanted.filter(name => !loaded.includes(name.toLowerCase()));
    if (lost.length) throw new Error(`${lost.join(" and ")} could not be fetched.`);
    return true;
  };
  const provider = module => Object.values(packages).find(({ imports }) => imports.includes(module))?.name;
  const imported = python.pyimport("pyodide.code").find_imports;

  return async function run({ needed, cell, files }) {
    for (const { name, bytes } of files) {
      const path = `${PLACE}/${name}`;
      python.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
      python.FS.writeFile(path, bytes);
    }
    const modules = [...needed, cell].flatMap(({ code }) => {
      try {
        const found = imported(code), names = found.toJs();
        found.destroy();
        return names;
      } catch {
        return []; // the text is no Python, as the run will say
      }
    });
    const packagesOf = names => [...new Set(names.map(provider).filter(name => name !== undefined))];
    await take(packagesOf(modules));
    for (;;) { // a run begins anew, so nothing is left of one that lacked a package
      say("Running …");
      const result = JSON.parse(call(JSON.stringify(needed), JSON.stringify(cell)));
      if (!result.missing || !await take(packagesOf([result.missing]))) return result;
    }
  };
}
