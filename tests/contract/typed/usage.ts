// Uses the client of openapi-typescript and openapi-fetch: sends two photos to the server and reads the answer through its types.
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/api.js";

const [url, login, photos] = process.argv.slice(2) as [string, string, string];
const headers = { Authorization: `Basic ${Buffer.from(login).toString("base64")}` };
const client = createClient<paths>({ baseUrl: url, headers });
const photo = (name: string) => ({ imageBase64: readFileSync(`${photos}/${name}`).toString("base64") });

async function verify(probe: string, reference: string): Promise<components["schemas"]["Answer"]> {
  const body = { sessionId: "typed", probe: photo(probe), reference: photo(reference) };
  const { data, error } = await client.POST("/api/v1/face/verify", { body });
  if (error) throw new Error(error.error);
  return data;
}

const verdict = await verify("astronaut.jpg", "astronaut-mirrored.jpg");
if (verdict.hasError) throw new Error(verdict.error);
const score: number = verdict.score;
if (score < 27 || verdict.sessionId !== "typed") throw new Error(`score ${score}`);
const failure = await verify("gray.png", "hopper.jpg");
if (!failure.hasError || failure.error !== "PROBE_FACE_NOT_FOUND") throw new Error(JSON.stringify(failure));
console.log(`TypeScript: score ${score}, and ${failure.error}`);
