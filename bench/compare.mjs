// visavis and its peers in Node on the same pairs of photos: how often they are right, and how long they take.
// README.md describes what is measured, and how to set up the peers.

import { parseArgs } from 'node:util';
import { join } from 'node:path';
import * as protocol from './protocol.mjs';

const SUBJECTS = {
  visavis: async () => (await import('./subject-visavis.mjs')).visavis('onnxruntime'),
  'visavis-embedded': async () => (await import('./subject-visavis.mjs')).visavis('embedded'),
  human: async () => (await import('./subject-human.mjs')).human(),
  'face-api': async () => (await import('./subject-face-api.mjs')).faceApi(),
};

const USAGE = `node bench/compare.mjs --data FOLDER [options]

  --data FOLDER       the folder with train.csv, test.csv and the photos they name
  --only TABLE        accuracy or timing, not both
  --subjects A,B      of ${Object.keys(SUBJECTS).join(',')}
  --train-pairs N     how many pairs of train choose the threshold, or 0 not to measure it (default: all)
  --test-pairs N      how many pairs of test are compared (default: all)
  --pairs N           how many pairs are timed (default: 30)
  --rounds N          how often each pair is timed (default: 5)
`;

/** @param {string} [problem] @returns {never} */
function usage(problem) {
  console[problem ? 'error' : 'log'](problem ? `${problem}\n\n${USAGE}` : USAGE);
  process.exit(problem ? 2 : 0);
}

function parse() {
  const options = /** @type {const} */ ({
    data: { type: 'string' },
    only: { type: 'string' },
    subjects: { type: 'string', default: Object.keys(SUBJECTS).join(',') },
    'train-pairs': { type: 'string' },
    'test-pairs': { type: 'string' },
    pairs: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean', short: 'h' },
  });
  const { values } = parseArgs({ options });
  if (values.help) usage();
  if (!values.data) usage('--data is needed');
  if (values.only && !['accuracy', 'timing'].includes(values.only)) usage('--only takes accuracy or timing');
  const names = values.subjects.split(',');
  const unknown = names.filter((name) => !Object.hasOwn(SUBJECTS, name));
  if (unknown.length) usage(`no such subject: ${unknown.join(', ')}`);
  const trainPairs = values['train-pairs'] && number(values['train-pairs'], 0);
  const testPairs = values['test-pairs'] && number(values['test-pairs']);
  return { ...values, names, trainPairs, testPairs, pairs: number(values.pairs), rounds: number(values.rounds) };
}

/** @param {string} text @param {number} [least] */
function number(text, least = 1) {
  return /^\d+$/.test(text) && Number(text) >= least ? Number(text) : usage(`not a number >= ${least}: ${text}`);
}

/** @param {protocol.Subject[]} subjects @param {string} data @param {protocol.Pair[]} train @param {protocol.Pair[]} test */
async function accuracy(subjects, data, train, test) {
  const rows = [];
  for (const subject of subjects) {
    const learnt = train.length ? protocol.bestThreshold((await protocol.run(subject, data, train)).comparisons) : null;
    rows.push(protocol.accuracyRow(subject.name, await protocol.run(subject, data, test), learnt));
  }
  return protocol.table(protocol.ACCURACY_COLUMNS, rows);
}

/** @param {protocol.Subject[]} subjects @param {string} data @param {protocol.Pair[]} test @param {number} pairs @param {number} rounds */
async function timing(subjects, data, test, pairs, rounds) {
  const chosen = protocol.spread(test, pairs);
  const times = await protocol.clock(subjects, data, chosen, rounds);
  console.error(`${chosen.length} pairs, ${rounds} rounds`);
  const rows = subjects.map(({ name }, index) => protocol.timingRow(name, times[index], times[0]));
  return protocol.table(protocol.TIMING_COLUMNS, rows);
}

const { data, only, names, trainPairs, testPairs, pairs, rounds } = parse();
const subjects = [];
for (const name of names) subjects.push(await SUBJECTS[name]());
const [train, test] = await Promise.all(['train', 'test'].map((name) => protocol.pairsOf(join(data, `${name}.csv`))));
if (only !== 'timing') {
  const [chosen, compared] = [protocol.spread(train, trainPairs), protocol.spread(test, testPairs)];
  console.log(await accuracy(subjects, data, chosen, compared));
}
if (only !== 'accuracy') console.log(await timing(subjects, data, test, pairs, rounds));
console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}`);
for (const { name, about } of subjects) console.log(`* ${name}: ${about}`);
