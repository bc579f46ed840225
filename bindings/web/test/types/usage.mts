// A page in strict TypeScript. Nothing here runs.
import { Template, Verifier, VisavisError, advice, compare, verify } from '../../lib/index.js';
import type { Guidance, Hint, Verdict } from '../../lib/index.js';

export async function usage(file: File, video: HTMLVideoElement, pixels: ImageData, stored: Uint8Array): Promise<number> {
  using verifier = new Verifier({ search: 'quick', models: new URL('https://example.org/models/') });
  const verdict: Verdict<File, ImageData> = await verifier.verify(file, pixels, { signal: AbortSignal.timeout(1000) });
  const { template } = await verifier.extract(video, { quality: true });
  const again = await verify(Template.fromBuffer(stored), file);
  // A template has no sample.
  const none: undefined = again.probe;
  const guidance: Guidance = await advice(video);
  const hints: Hint[] = guidance.advice;
  for await (const outcome of verifier.verifyMany([[file, template]])) {
    if (outcome.status === 'fulfilled') return outcome.value.probe.faceCount;
  }
  try {
    return (await compare(template, template)).score + hints.length + verdict.probe.faceCount + Number(none);
  } catch (error) {
    if (error instanceof VisavisError && error.code === 'TEMPLATE_MISMATCH') return error.number ?? 0;
    throw error;
  }
}

// @ts-expect-error a path is not a photo in a page
void verify('a.jpg', 'b.jpg');
// @ts-expect-error only extract() and fromBuffer() make templates
new Template();
