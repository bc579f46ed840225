#!/usr/bin/env node
'use strict';
// The command line. The native half contains the whole program.

const native = require('../lib/load');
const { installedOnnxruntime } = require('../lib/options');

process.exitCode = native.commandLine(process.argv.slice(2), installedOnnxruntime());
