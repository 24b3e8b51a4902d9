// A picture from a file of the reader's. It is read here, and sent nowhere.

const FINE = 16; // pixels on each side of a square whose mean is one number

/** Give the grays, 0 to 255, of the largest square in the middle of a picture, as a table of `size` rows and columns. */
export async function grays(file, size) {
  const bitmap = await createImageBitmap(file);
  const side = Math.min(bitmap.width, bitmap.height), fine = FINE * size;
  const canvas = Object.assign(document.createElement("canvas"), { width: fine, height: fine });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white"; // below what is transparent
  context.fillRect(0, 0, fine, fine);
  context.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, fine, fine);
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => {
    const { data } = context.getImageData(FINE * j, FINE * i, FINE, FINE);
    let total = 0;
    for (let at = 0; at < data.length; at += 4) total += 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
    return Math.round(total / FINE ** 2);
  }));
}
