// Sends the requests on standard input with Node's fetch; README.md describes their form.
import { readFileSync, writeFileSync } from "node:fs";

for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const [method, url, body, reply, ...headers] = line.split("\t");
  const response = await fetch(url, {
    method,
    headers: Object.fromEntries(headers.map((header) => header.split(/: (.*)/s).slice(0, 2))),
    body: body === "-" ? undefined : readFileSync(body),
    signal: AbortSignal.timeout(120_000),
  });
  writeFileSync(`${reply}.status`, String(response.status));
  writeFileSync(`${reply}.headers`, [...response.headers].map(([name, value]) => `${name}: ${value}\n`).join(""));
  writeFileSync(`${reply}.body`, new Uint8Array(await response.arrayBuffer()));
}
