'use strict';

// Serves grpc.testing.TestService with grpc-js on a free loopback port and prints it.
const grpc = require('@grpc/grpc-js');
const { testing, echoInitial, echoTrailing, zeros } = require('./contract');

function echo(call) {
  const headers = new grpc.Metadata();
  const trailers = new grpc.Metadata();
  call.metadata.get(echoInitial).forEach((value) => headers.set(echoInitial, value));
  call.metadata.get(echoTrailing).forEach((value) => trailers.set(echoTrailing, value));
  call.sendMetadata(headers);
  return trailers;
}

function failureOf(request) {
  const status = request.response_status;
  return status && status.code !== 0 ? { code: status.code, details: status.message } : null;
}

const service = {
  EmptyCall(call, done) {
    done(null, {}, echo(call));
  },

  UnaryCall(call, done) {
    const failure = failureOf(call.request);
    if (failure) {
      done(failure);
      return;
    }
    done(null, { payload: zeros(call.request.response_size) }, echo(call));
  },

  StreamingOutputCall(call) {
    const trailers = echo(call);
    for (const { size } of call.request.response_parameters) {
      call.write({ payload: zeros(size) });
    }
    call.end(trailers);
  },

  StreamingInputCall(call, done) {
    let size = 0;
    call.on('data', (request) => {
      size += request.payload.body.length;
    });
    call.on('end', () => done(null, { aggregated_payload_size: size }));
  },

  FullDuplexCall(call) {
    const trailers = echo(call);
    call.on('data', (request) => {
      const failure = failureOf(request);
      if (failure) {
        call.emit('error', failure);
        return;
      }
      for (const { size } of request.response_parameters) {
        call.write({ payload: zeros(size) });
      }
    });
    call.on('end', () => call.end(trailers));
  },
};

const server = new grpc.Server();
server.addService(testing.TestService.service, service);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    throw error;
  }
  console.log(`listening on 127.0.0.1:${port}`);
});
