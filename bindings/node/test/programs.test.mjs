// Programs as a new user would write them, each in its own process: each must do what its author expects.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { engines, program } from './support.mjs';

/** What each can use: two photos of one person, one of another, one with two people, one without a face, and options. */
const TOP = `
  const fs = require('fs');
  const [a, b, other, two, none, text] = ['astronaut', 'astronaut-dark', 'hopper', 'two-people', 'texture', 'text']
    .map((name) => process.env.IMAGES + '/' + name + '.jpg');
  const options = ${JSON.stringify(engines.at(-1)[1])};
  const v = require('visavis');
  const verifier = new v.Verifier(options);
  const out = (...what) => console.log(...what);
`;

const PROGRAMS = {
  'a door that opens': [`verifier.verify(a, b).then(({ isMatch }) => out(isMatch ? 'open' : 'shut'))`, 'open\n'],
  'a script without promises': [`out(verifier.verifySync(a, other).isMatch)`, 'false\n'],
  'bytes that were read': [`verifier.verify(fs.readFileSync(a), fs.readFileSync(b)).then((r) => out(r.isMatch))`, 'true\n'],
  'files that are read by promises': [
    `Promise.all([a, b].map((f) => fs.promises.readFile(f))).then(([x, y]) => verifier.verify(x, y)).then((r) => out(r.isMatch))`, 'true\n'],
  'a photo from a Base64 request': [
    `const body = JSON.stringify({ photo: fs.readFileSync(a).toString('base64') });
     verifier.verify(Buffer.from(JSON.parse(body).photo, 'base64'), b).then((r) => out(r.isMatch))`, 'true\n'],
  'a photo from a data URL': [
    `const url = 'data:image/jpeg;base64,' + fs.readFileSync(a).toString('base64');
     fetch(url).then((r) => r.blob()).then((blob) => verifier.verify(blob, b)).then((r) => out(r.isMatch))`, 'true\n'],
  'a form with two files': [
    `const form = new FormData();
     form.set('probe', new File([fs.readFileSync(a)], 'p.jpg')); form.set('reference', new File([fs.readFileSync(b)], 'r.jpg'));
     verifier.verify(form.get('probe'), form.get('reference')).then((r) => out(r.isMatch))`, 'true\n'],
  'a server that receives a photo as a body': [
    `const http = require('http');
     const server = http.createServer(async (request, response) => response.end(JSON.stringify(await verifier.verify(request, b))));
     server.listen(0, '127.0.0.1', async () => {
       const answer = await fetch('http://127.0.0.1:' + server.address().port, { method: 'POST', body: fs.readFileSync(a) });
       out((await answer.json()).isMatch); server.close();
     })`, 'true\n'],
  'a stream from the disk': [`verifier.detect(fs.createReadStream(two)).then(({ faces }) => out(faces.length))`, '2\n'],
  'a file: URL': [`verifier.verify(require('url').pathToFileURL(a), b).then((r) => out(r.isMatch))`, 'true\n'],
  'the reason why it failed': [
    `verifier.verify(a, none).catch((e) => out(e instanceof v.VisavisError, e.code, e.side))`, 'true NO_FACE reference\n'],
  'a switch over codes': [
    `verifier.verify(text, b).catch((e) => { switch (e.code) { case 'UNSUPPORTED_FORMAT': return out('send a photo'); default: throw e; } })`, 'send a photo\n'],
  'a file that is missing': [`verifier.verify('missing.jpg', b).catch((e) => out(e.code, e.path, e.side))`, 'ENOENT missing.jpg probe\n'],
  'an error in a log': [`verifier.verify(none, b).catch((e) => out(JSON.parse(JSON.stringify(e)).code))`, 'NO_FACE\n'],
  'a verdict in a database': [
    `verifier.verify(a, b).then((r) => { const row = JSON.parse(JSON.stringify(r)); out(row.isMatch, row.threshold, Number.isInteger(row.integerScore)) })`, 'true 27 true\n'],
  'enrolment and login': [
    `(async () => {
       const stored = (await verifier.extract(a)).template.toBuffer().toString('base64');
       const template = v.Template.fromBuffer(Buffer.from(stored, 'base64'));
       out((await verifier.verify(b, template)).isMatch, (await verifier.verify(other, template)).isMatch);
     })()`, 'true false\n'],
  'who it is, among many': [
    `(async () => {
       const people = { first: other, second: a };
       const gallery = await Promise.all(Object.values(people).map(async (file) => (await verifier.extract(file)).template));
       const [best] = verifier.rank((await verifier.extract(b)).template, gallery, { top: 1 });
       out(Object.keys(people)[best.index], best.isMatch);
     })()`, 'second true\n'],
  'who is in a group photo': [
    `(async () => {
       const { faces } = await verifier.detect(two);
       const templates = await Promise.all(faces.map((face) => verifier.extractFace(two, face)));
       out(templates.length, verifier.compare(templates[0], templates[1]).isMatch);
     })()`, '2 false\n'],
  'a frame around a face': [
    `verifier.detect(a).then(({ faces: [{ bounds: { x, y, width, height } }], width: w, height: h }) => out(x >= 0, y >= 0, x + width <= w, y + height <= h))`,
    'true true true true\n'],
  'where the eyes are': [`verifier.detect(a).then(({ faces: [{ landmarks: { rightEye, leftEye } }] }) => out(rightEye.x < leftEye.x))`, 'true\n'],
  'a stricter call': [`verifier.verify(a, b, { threshold: 99 }).then((r) => out(r.isMatch, r.threshold))`, 'false 99\n'],
  'a hint for the photographer': [
    `verifier.verify(b, a, { quality: true }).then((r) => out(r.probe.face.quality.brightness < r.reference.face.quality.brightness ? 'more light' : 'fine'))`,
    'more light\n'],
  'a folder in a loop': [
    `(async () => {
       let same = 0; const files = [a, b, other, none];
       for await (const { value, reason } of verifier.verifyMany(files.map((file) => [file, a]))) same += value?.isMatch ? 1 : 0;
       out(same);
     })()`, '2\n'],
  'everything at once': [
    `Promise.allSettled([a, b, other, none].map((file) => verifier.verify(file, a))).then((all) => out(all.map((o) => o.value?.isMatch ?? o.reason.code).join()))`,
    'true,true,false,NO_FACE\n'],
  'a time limit': [`verifier.verify(a, b, { signal: AbortSignal.timeout(60_000) }).then((r) => out(r.isMatch))`, 'true\n'],
  'a worker thread': [
    `const { Worker } = require('worker_threads');
     new Worker("const v = require('visavis'); const { workerData: [a, b, o] } = require('worker_threads'); console.log(new v.Verifier(o).verifySync(a, b).isMatch)", { eval: true, workerData: [a, b, options] })`,
    'true\n'],
  'a look at an answer': [`verifier.extract(a).then((e) => out(require('util').inspect(e.template), String(e.sample.faceCount)))`, 'Template(192 dimensions) 1\n'],
};

for (const [what, [text, expected]] of Object.entries(PROGRAMS)) {
  test(what, async () => {
    const { code, stdout, stderr } = await program(`${TOP}\n${text}`);
    assert.deepEqual([code, stdout, stderr], [0, expected, '']);
  });
}

test('an ES module with top-level await and a clean-up as with `using`', async () => {
  const text = `
    import { Verifier, VisavisError } from 'visavis';
    const verifier = await Verifier.create(${JSON.stringify(engines.at(-1)[1])});
    try {
      const { isMatch } = await verifier.verify(process.env.IMAGES + '/astronaut.jpg', process.env.IMAGES + '/hopper.jpg');
      console.log(isMatch, VisavisError.name);
    } finally {
      verifier.close();
    }`;
  const { code, stdout, stderr } = await program(text, { flags: ['--input-type=module'] });
  assert.deepEqual([code, stdout, stderr], [0, 'false VisavisError\n', '']);
});
