// Run by hand: how long the first verdict takes in a browser with an empty cache, and how much of that is loading.
//
// node first.mjs WEB [TIMES]; WEB is the output of `cargo xtask web --release`. The file server is on this machine, so
// the time of a network is not included.
import { cleanUp, golden, launch, serve } from '../test/harness.mjs';

const [web, times = '9'] = process.argv.slice(2);
const server = await serve({ web, images: `${golden}/images` });
const found = [];
for (let time = 0; time < Number(times); time += 1) {
  const { browser } = await launch();
  const page = await (await browser.newContext()).newPage();
  await page.goto(server.url);
  found.push(await page.evaluate(async () => {
    const [one, other] = await Promise.all(['astronaut.jpg', 'hopper.jpg'].map(async (name) => (await fetch(`/images/${name}`)).blob()));
    const start = performance.now();
    const { Verifier } = await import('/web/index.js');
    const verifier = await Verifier.create();
    const loaded = performance.now();
    await verifier.verify(one, other);
    const first = performance.now();
    await verifier.verify(one, other);
    return { loading: loaded - start, first: first - start, next: performance.now() - first };
  }));
  await browser.close();
}
for (const name of Object.keys(found[0])) {
  const numbers = found.map((one) => one[name]).sort((a, b) => a - b);
  console.log(`${name}: median ${numbers[Math.floor(numbers.length / 2)].toFixed(0)} ms (${numbers[0].toFixed(0)} to ${numbers.at(-1).toFixed(0)})`);
}
cleanUp();
process.exit();
