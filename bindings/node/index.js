'use strict';
// visavis: do these two photos show the same person? The entry point; index.d.ts documents it.

const { Engine } = require('./lib/engine');
const native = require('./lib/load');
const { fromBase64 } = require('./lib/photo');
const { Template } = require('./lib/template');
const { Verifier } = require('./lib/verifier');
const { VisavisError } = require('./lib/visavis-error');

/** @type {InstanceType<typeof Verifier> | undefined} */
let shared;

/** The verifier of the functions below, with all defaults. It starts at the first call or, if that fails, at the next. */
const common = () => (shared ??= new Verifier(new Engine()));

exports.Template = Template;
exports.Verifier = Verifier;
exports.VisavisError = VisavisError;
exports.compare = (...args) => common().compare(...args);
exports.crop = (...args) => common().crop(...args);
exports.detect = (...args) => common().detect(...args);
exports.detectSync = (...args) => common().detectSync(...args);
exports.draw = (...args) => common().draw(...args);
exports.enroll = (...args) => common().enroll(...args);
exports.enrollSync = (...args) => common().enrollSync(...args);
exports.engine = () => common().engine;
exports.extract = (...args) => common().extract(...args);
exports.extractFace = (...args) => common().extractFace(...args);
exports.extractFaceSync = (...args) => common().extractFaceSync(...args);
exports.extractSync = (...args) => common().extractSync(...args);
exports.fromBase64 = fromBase64;
exports.verify = (...args) => common().verify(...args);
exports.verifySync = (...args) => common().verifySync(...args);
exports.extractMany = (...args) => common().extractMany(...args);
exports.rank = (...args) => common().rank(...args);
exports.verifyMany = (...args) => common().verifyMany(...args);
exports.version = native.version();
