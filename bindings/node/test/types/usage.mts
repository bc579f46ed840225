// Compiled by tsc --strict, as an ES module; usage.cts is the same for CommonJS.
import { readFileSync } from 'node:fs';
import { Template, Verifier, VisavisError, compare, detect, engine, extract, verify, verifySync, version } from 'visavis';
import type { CallOptions, Detection, EngineInfo, Extraction, Face, Photo, Verdict, VerifierOptions } from 'visavis';

export async function main(file: string, signal: AbortSignal): Promise<void> {
  const options: VerifierOptions = { engine: 'embedded', workers: 2, face: 'single', queueLength: 10, threshold: 30 };
  const verifier: Verifier = new Verifier(options);
  const other: Verifier = await Verifier.create();
  const bytes = readFileSync(file);
  const photos: Photo[] = [
    file,
    new URL('file:///photo.jpg'),
    bytes,
    new Uint8Array(bytes),
    new Uint8Array(bytes).buffer,
    new DataView(new ArrayBuffer(1)),
    { data: bytes, width: 1, height: 1, channels: 3 },
    { data: new Uint8ClampedArray(4), info: { width: 1, height: 1, channels: 4 } },
  ];
  const call: CallOptions = { signal };
  const verdict: Verdict = await verify(photos[0]!, photos[1]!, call);
  const sync: Verdict = verifySync(bytes, bytes);
  const found: Detection = await detect(bytes);
  const face: Face | undefined = found.chosen === undefined ? undefined : found.faces[found.chosen];
  const eye: number | undefined = face?.landmarks[0]?.[0];
  const { template, sample }: Extraction = await extract(bytes);
  const stored: Buffer = template.toBuffer();
  const rate: number = compare(template, Template.fromBuffer(stored)).falseMatchRate;
  const { name, fallbackReason }: EngineInfo = engine();
  const score: number = verdict.score + sync.probe.milliseconds.decode + sample.faceCount + rate + (eye ?? 0);
  console.log(score, name, fallbackReason, version, verifier.engine.library, other.compare(template, template).isMatch);
  try {
    await other.verify(bytes, bytes);
  } catch (error) {
    if (error instanceof VisavisError) {
      const code: string = error.code;
      const number: number | null = error.number;
      const side: 'probe' | 'reference' | null = error.side;
      console.error(code, number, side, error.stage);
    }
  }
}

// @ts-expect-error: no such option
new Verifier({ colour: 'red' });
// @ts-expect-error: no such engine
new Verifier({ engine: 'gpu' });
// @ts-expect-error: a number is no photo
verify(1, 2);
// @ts-expect-error: pixels need their size
verify({ data: new Uint8Array(3) }, 'b.jpg');
// @ts-expect-error: templates come from extract() and fromBuffer()
new Template(new Uint8Array(1));
