#!/usr/bin/env node
'use strict';
// The command line: the very program, which the native half holds.

const native = require('../lib/load');
const { installedOnnxruntime } = require('../lib/options');

process.exitCode = native.commandLine(process.argv.slice(2), installedOnnxruntime());
