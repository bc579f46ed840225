'use strict';

const { join } = require('node:path');

exports.path = () => join(__dirname, 'models');
