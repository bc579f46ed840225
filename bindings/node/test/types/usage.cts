// Compiled by tsc --strict, as CommonJS; usage.mts uses the whole interface.
import visavis = require('visavis');

export async function main(file: string): Promise<boolean> {
  const verifier: visavis.Verifier = await visavis.Verifier.create({ face: 'largest' });
  const verdict: visavis.Verdict = verifier.verifySync(file, file);
  const template: visavis.Template = visavis.extractSync(file).template;
  const error: visavis.VisavisError | undefined = undefined;
  return verdict.isMatch && visavis.compare(template, template).isMatch && error === undefined;
}

// @ts-expect-error: there is no default export
visavis.default;
