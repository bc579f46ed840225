/** The folder of the set, for the option `models` of visavis's `Verifier`. */
export function path(): string;
