// Made by scripts/build.mjs out of the JavaScript beside it.
export { VisavisError };
/**
 * Why a verification, a detection, an extraction or a comparison failed. The codes are those of every visavis
 * library; the README lists them.
 */
declare class VisavisError extends Error {
    /** The stable name, for example `'NO_FACE'`. @type {string} @readonly */
    readonly code: string;
    /** The stable number, for example 40; `null` for `'QUEUE_FULL'`, which this package alone has. @type {number | null} @readonly */
    readonly number: number | null;
    /** Which photo it is about, where it is about one of two. @type {'probe' | 'reference' | null} @readonly */
    readonly side: 'probe' | 'reference' | null;
    /** Which step failed. @type {'setup' | 'decode' | 'detect' | 'choose' | 'extract' | 'compare' | null} @readonly */
    readonly stage: 'setup' | 'decode' | 'detect' | 'choose' | 'extract' | 'compare' | null;
    /**
     * @param {string} message
     * @param {{ code: string, number?: number | null, side?: string | null, stage?: string | null }} details
     */
    constructor(message: string, { code, number, side, stage }: {
        code: string;
        number?: number | null;
        side?: string | null;
        stage?: string | null;
    });
}
