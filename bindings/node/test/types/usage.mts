// Compiled by tsc --strict, as an ES module; usage.cts is the same for CommonJS.
import { readFileSync } from 'node:fs';
import { Template, Verifier, VisavisError, compare, detect, engine, extract, extractFace, extractMany, fromBase64, rank, verify, verifyMany, verifySync, version } from 'visavis';
import type { CallOptions, Detection, EngineInfo, ErrorCode, Extraction, Face, Outcomes, Photo, Quality, Ranked, Sample, Verdict, VerifierOptions } from 'visavis';

export async function main(file: string, signal: AbortSignal): Promise<void> {
  const options: VerifierOptions = { engine: 'embedded', workers: 2, face: 'single', queueLength: 10, threshold: 30 };
  const verifier: Verifier = new Verifier(options);
  const other: Verifier = await Verifier.create();
  const bytes = readFileSync(file);
  const decoded: Buffer = fromBase64(bytes.toString('base64'), { maxBytes: 1e6 });
  const photos: Photo[] = [
    file,
    new URL('file:///photo.jpg'),
    bytes,
    decoded,
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
  const eye: number | undefined = face?.landmarks.rightEye.x;
  const { template, sample }: Extraction = await extract(bytes);
  const stored: Buffer = template.toBuffer();
  const rate: number = compare(template, Template.fromBuffer(stored)).falseMatchRate;
  const again: Template = await extractFace(bytes, found.faces[0]!, { signal });
  const quality: Quality | undefined = (await verify(file, new Blob([bytes]), { quality: true, threshold: 30 })).probe.face.quality;
  const seen: Sample = (await verify(file, again)).probe;
  const unseen: undefined = (await verify(file, again)).reference;
  const best: Ranked | undefined = rank(template, [again], { top: 1 })[0];
  const outcomes: Outcomes<Verdict> = verifyMany([[file, file]], { concurrency: 2, onProgress: (done: number) => done, signal });
  for await (const outcome of outcomes) if (outcome.status === 'fulfilled') console.log(outcome.value.score, seen, unseen, quality, best);
  for await (const outcome of extractMany([file, bytes])) if (outcome.status === 'rejected') console.log(outcome.reason);
  verifier.close();
  other[Symbol.dispose]();
  const { name, fallbackReason }: EngineInfo = engine();
  const score: number = verdict.score + sync.probe.milliseconds.decode + sample.faceCount + rate + (eye ?? 0);
  console.log(score, name, fallbackReason, version, verifier.engine.library, other.compare(template, template).isMatch);
  try {
    await other.verify(bytes, bytes);
  } catch (error) {
    if (error instanceof VisavisError) {
      const code: ErrorCode = error.code;
      const number: number | undefined = error.number;
      const side: 'probe' | 'reference' | undefined = error.side;
      // @ts-expect-error: no such code
      if (error.code === 'NO_FACES') return;
      console.error(code, number, side, error.stage);
    }
  }
}

// @ts-expect-error: no such option
new Verifier({ colour: 'red' });
// @ts-expect-error: no such engine
new Verifier({ engine: 'gpu' });
// @ts-expect-error: a number is not a photo
verify(1, 2);
// @ts-expect-error: pixels need their size
verify({ data: new Uint8Array(3) }, 'b.jpg');
// @ts-expect-error: wider elements are not bytes
verify(new Uint16Array(3), 'b.jpg');
// @ts-expect-error: a Blob must be read asynchronously
verifySync(new Blob([]), 'b.jpg');
// @ts-expect-error: templates come from extract() and fromBuffer()
new Template(new Uint8Array(1));
