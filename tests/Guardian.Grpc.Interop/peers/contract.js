'use strict';

const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const definition = loader.loadSync('grpc/testing/test.proto', {
  includeDirs: [path.join(__dirname, '..', 'protos')],
  keepCase: true,
  defaults: true,
});

exports.testing = grpc.loadPackageDefinition(definition).grpc.testing;
exports.echoInitial = 'x-grpc-test-echo-initial';
exports.echoTrailing = 'x-grpc-test-echo-trailing-bin';
exports.zeros = (size) => ({ body: Buffer.alloc(size) });
