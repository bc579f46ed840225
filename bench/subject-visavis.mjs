// visavis through its Node package, with one worker of one thread.

/** @param {'onnxruntime' | 'embedded'} engine @returns {Promise<import('./protocol.mjs').Subject>} */
export async function visavis(engine) {
  const { Verifier, VisavisError, version } = await import('visavis');
  const verifier = await Verifier.create({ engine, workers: 1 });
  return {
    name: engine === 'embedded' ? 'visavis, embedded engine' : 'visavis, ONNX Runtime',
    about: `visavis ${version}, ${verifier.engine.name} ${verifier.engine.version}; threshold: 27`,
    async extract(photo) {
      try {
        return (await verifier.extract(photo)).template;
      } catch (error) {
        // Of the file or of the photo; the rest would be ours.
        if (error instanceof VisavisError && error.number >= 20 && error.number < 60) return null;
        throw error;
      }
    },
    compare(probe, reference) {
      const { similarity, isMatch } = verifier.compare(probe, reference);
      return { value: similarity, match: isMatch };
    },
  };
}
