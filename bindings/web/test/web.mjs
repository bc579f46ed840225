// The module in a real browser.
// Usage: node web.mjs FOLDER [TEST...], where FOLDER is the output of `cargo xtask web`.
import { tests as answers } from './answers.mjs';
import { tests as failures } from './failures.mjs';
import { cleanUp, golden, launch, serve } from './harness.mjs';

const [folder, ...wanted] = process.argv.slice(2);
const all = Object.entries({ ...answers, ...failures });
const chosen = all.filter(([name]) => !wanted.length || wanted.includes(name));
if (!chosen.length) throw new Error(`the tests are: ${all.map(([name]) => name).join(', ')}`);
process.on('exit', cleanUp);
const folders = { web: folder, images: `${golden}/images` };
const server = await serve(folders);
const { browser, log } = await launch();
for (const [name, test] of chosen) {
  const start = performance.now();
  try {
    await test({ browser, url: server.url, folders });
  } catch (error) {
    console.error(`FAILED: ${name}`);
    throw error;
  }
  console.log(`  ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
await server.stop();
const addresses = await log();
const elsewhere = addresses.filter((address) => !/^(http:\/\/127\.0\.0\.1:\d+\/|data:|blob:http:\/\/127\.0\.0\.1)/.test(address));
if (elsewhere.length) throw new Error(`a page requested ${elsewhere.join(', ')}`);
// The log must include the requests of workers.
const loaded = ['visavis_bg.wasm', 'models/mobilefacenet.onnx'].filter((file) => addresses.some((address) => address.endsWith(file)));
if (loaded.length < 2) throw new Error(`the network log has only ${addresses.join(', ')}`);
console.log(`${addresses.length} URLs in the browser's network log, workers included: all of them from the page's own origin`);
console.log(`${chosen.length} of ${all.length} tests in the browser passed`);
process.exit();
