// The demo page in a real browser.
// Usage: node page.mjs SERVER_PROGRAM GOLDEN_IMAGES [TEST...]
import { tests as device } from "./device.mjs";
import { tests as failures } from "./failures.mjs";
import { cleanUp, launch, serve } from "./harness.mjs";
import { tests as inputs } from "./inputs.mjs";
import { tests as verdicts } from "./verdicts.mjs";

const wanted = process.argv.slice(4);
// The step `web` runs the tests on the device, since it builds what they need.
const available = process.env.WEB_FOLDER ? device : { ...verdicts, ...inputs, ...failures };
const all = Object.entries(available);
const chosen = all.filter(([name]) => !wanted.length || wanted.includes(name));
if (!chosen.length) throw new Error(`the tests are: ${all.map(([name]) => name).join(", ")}`);
process.on("exit", cleanUp);
const [server, browser] = [await serve(), await launch()];
for (const [name, test] of chosen) {
  const start = performance.now();
  try {
    await test(browser, server.url);
  } catch (error) {
    console.error(`FAILED: ${name}`);
    throw error;
  }
  console.log(`  ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
await browser.close();
await server.stop();
console.log(`${chosen.length} of ${all.length} tests of the page passed`);
process.exit();
