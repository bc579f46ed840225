// The protocol for every subject: the same pairs, the same rates, the same clock; protocol.py in JavaScript.
// Both are tested against cases.json.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A way to compare two photos.
 * @typedef {object} Subject
 * @property {string} name
 * @property {string} about Versions and where the threshold comes from, for the line below the table.
 * @property {(photo: Buffer) => Promise<any>} extract The template of a photo, or null for a failure to extract.
 * @property {(probe: any, reference: any) => { value: number, match: boolean }} compare How alike two templates are, in
 * any unit that rises, and the verdict at the documented threshold.
 *
 * @typedef {{ probe: string, reference: string, same: boolean }} Pair
 * @typedef {{ same: boolean, value: number | null, match: boolean }} Comparison `value` is null when one of the photos
 * gave no template.
 */

/** @param {string} file @returns {Promise<Pair[]>} */
export async function pairsOf(file) {
  const [header, ...lines] = (await readFile(file, 'utf8')).trim().split(/\r?\n/);
  if (header !== 'path_a,path_b,same') throw new Error(`${file}: the columns are not path_a, path_b, same`);
  return lines.map((line) => {
    const [probe, reference, same] = line.split(',');
    return { probe, reference, same: same === '1' };
  });
}

/**
 * The wanted number of pairs, spread over the table, which has the pairs of the same person first.
 * @param {Pair[]} pairs
 * @param {number} [wanted]
 */
export function spread(pairs, wanted = pairs.length) {
  const count = Math.min(wanted, pairs.length);
  return Array.from({ length: count }, (_, index) => pairs[Math.floor((index * pairs.length) / count)]);
}

/**
 * Compares every pair, with one template per photo.
 * @param {Subject} subject
 * @param {string} data
 * @param {Pair[]} pairs
 */
export async function run(subject, data, pairs) {
  const photos = [...new Set(pairs.flatMap(({ probe, reference }) => [probe, reference]))];
  const templates = new Map();
  for (const name of photos) {
    templates.set(name, await subject.extract(await readFile(join(data, name))));
    if (templates.size % 100 === 0 || templates.size === photos.length) {
      console.error(`${subject.name}: ${templates.size} of ${photos.length} photos`);
    }
  }
  const comparisons = pairs.map(({ probe, reference, same }) => {
    return { same, ...verdict(subject, templates.get(probe), templates.get(reference)) };
  });
  const failures = [...templates.values()].filter((template) => template === null).length;
  return { comparisons, photos: photos.length, failures };
}

/** A failure to extract has no value and is a non-match. */
function verdict(subject, probe, reference) {
  return probe === null || reference === null ? { value: null, match: false } : subject.compare(probe, reference);
}

/** The rates of the comparisons' verdicts. @param {Comparison[]} comparisons */
export function rates(comparisons) {
  const count = (/** @type {(c: Comparison) => boolean} */ wanted) => comparisons.filter(wanted).length;
  const falseMatches = count(({ same, match }) => match && !same);
  const falseNonMatches = count(({ same, match }) => same && !match);
  const same = count((comparison) => comparison.same);
  const accuracy = 1 - (falseMatches + falseNonMatches) / comparisons.length;
  return { accuracy, falseMatches, falseNonMatches, different: comparisons.length - same, same };
}

/** The same comparisons with the verdicts of another threshold. @param {Comparison[]} comparisons @param {number} threshold */
export function at(comparisons, threshold) {
  return comparisons.map((c) => ({ ...c, match: c.value !== null && c.value >= threshold }));
}

/**
 * The threshold with the highest accuracy on these comparisons: halfway between two values, the middle one of several
 * equally good ones.
 * @param {Comparison[]} comparisons
 */
export function bestThreshold(comparisons) {
  const values = [...new Set(comparisons.flatMap(({ value }) => (value === null ? [] : [value])))].sort((a, b) => a - b);
  const cuts = [-Infinity, ...values.slice(1).map((high, index) => (values[index] + high) / 2), Infinity];
  const accuracies = cuts.map((cut) => rates(at(comparisons, cut)).accuracy);
  const best = Math.max(...accuracies);
  const winners = cuts.filter((_, index) => accuracies[index] === best);
  return winners[Math.floor(winners.length / 2)];
}

/** The whole task: from two files to a verdict. @param {Subject} subject @param {Buffer} probe @param {Buffer} reference */
async function verify(subject, probe, reference) {
  return verdict(subject, await subject.extract(probe), await subject.extract(reference)).match;
}

/**
 * Median milliseconds of each subject for one pair: by the wall clock, and of processor time in all threads.
 *
 * The subjects take turns at every pair, each starting as often as the others, so that other load on the machine affects
 * all of them alike.
 * @param {Subject[]} subjects
 * @param {string} data
 * @param {Pair[]} pairs
 * @param {number} rounds
 */
export async function clock(subjects, data, pairs, rounds) {
  const read = (/** @type {string} */ name) => readFile(join(data, name));
  const photos = await Promise.all(pairs.map(async (pair) => [await read(pair.probe), await read(pair.reference)]));
  for (const subject of subjects) await verify(subject, photos[0][0], photos[0][1]);
  const times = subjects.map(() => ({ wall: [], processor: [] }));
  for (let turn = 0; turn < rounds * photos.length; turn++) {
    const [probe, reference] = photos[turn % photos.length];
    for (let place = 0; place < subjects.length; place++) {
      const index = (turn + place) % subjects.length;
      const [wall, processor] = [performance.now(), process.cpuUsage()];
      await verify(subjects[index], probe, reference);
      const { user, system } = process.cpuUsage(processor);
      times[index].wall.push(performance.now() - wall);
      times[index].processor.push((user + system) / 1000);
    }
  }
  return times.map(({ wall, processor }) => ({ wall: median(wall), processor: median(processor) }));
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

export const ACCURACY_COLUMNS = [
  '',
  'best accuracy',
  "accuracy at train's threshold",
  'accuracy at its own threshold',
  'FMR',
  'FNMR',
  'failures to extract',
];
export const TIMING_COLUMNS = ['', 'time', 'processor time'];

/** @param {string} name @param {Awaited<ReturnType<typeof run>>} ran @param {number | null} learnt The
 * threshold that train chose, or null if train was not used. */
export function accuracyRow(name, { comparisons, photos, failures }, learnt) {
  const accuracy = (/** @type {number} */ threshold) => percent(rates(at(comparisons, threshold)).accuracy);
  const own = rates(comparisons);
  return [
    name,
    accuracy(bestThreshold(comparisons)),
    learnt === null ? 'not measured' : accuracy(learnt),
    percent(own.accuracy),
    `${percent(own.falseMatches / own.different)} (${own.falseMatches} of ${own.different})`,
    `${percent(own.falseNonMatches / own.same)} (${own.falseNonMatches} of ${own.same})`,
    `${failures} of ${photos} photos`,
  ];
}

/** @typedef {{ wall: number, processor: number }} Times */

/** @param {string} name @param {Times} times @param {Times} base */
export function timingRow(name, times, base) {
  return [name, (times.wall / base.wall).toFixed(2), (times.processor / base.processor).toFixed(2)];
}

/** @param {number} part */
function percent(part) {
  return `${(100 * part).toFixed(2)} %`;
}

/** @param {string[]} columns @param {string[][]} rows */
export function table(columns, rows) {
  const lines = [columns, columns.map(() => '---'), ...rows];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n') + '\n';
}
