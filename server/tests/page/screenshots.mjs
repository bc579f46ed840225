// Makes the screenshots of the page in docs/images.
// Usage: node screenshots.mjs SERVER_PROGRAM GOLDEN_IMAGES FOLDER
import { join } from "node:path";
import { cleanUp, compare, launch, open, serve } from "./harness.mjs";
import { LOOKS } from "./verdicts.mjs";

const folder = process.argv[4];
process.on("exit", cleanUp);
const [server, browser] = [await serve(), await launch()];
for (const [look, reference, height] of [["light", "astronaut-mirrored.jpg", 900], ["phone", "hopper.jpg", 1505]]) {
  const { page, close } = await open(browser, server.url, { ...LOOKS[look], reducedMotion: "reduce" });
  await compare(page, "astronaut.jpg", reference);
  // The viewport is as high as the picture, so that the sticky button of small screens covers nothing.
  await page.setViewportSize({ width: LOOKS[look].viewport.width, height });
  await page.evaluate(() => scrollTo(0, 0));
  const clip = { x: 0, y: 0, width: LOOKS[look].viewport.width, height };
  await page.screenshot({ path: join(folder, `page-${look}.jpg`), type: "jpeg", quality: 82, fullPage: true, clip });
  await close();
}
await browser.close();
await server.stop();
process.exit();
