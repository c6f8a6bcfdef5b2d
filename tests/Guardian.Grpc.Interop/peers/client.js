'use strict';

// Runs one interop case with grpc-js: node client.js --target HOST:PORT --case NAME. Exit code 0 or 1.
const assert = require('assert');
const { parseArgs } = require('util');
const grpc = require('@grpc/grpc-js');
const { testing, echoInitial, echoTrailing, zeros } = require('./contract');

const { values: options } = parseArgs({ options: { target: { type: 'string' }, case: { type: 'string' } } });
const REQUEST_SIZES = [27182, 8, 1828, 45904];
const RESPONSE_SIZES = [31415, 9, 2653, 58979];
const LARGE = { response_size: 314159, payload: zeros(271828) };
const GZIP = { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip };

function connect(Service = testing.TestService, channelOptions = {}) {
  return new Service(options.target, grpc.credentials.createInsecure(), channelOptions);
}

function unary(client, method, request, metadata = new grpc.Metadata()) {
  return new Promise((resolve, reject) => {
    const seen = {};
    const call = client[method](request, metadata, (error, response) => {
      seen.error = error;
      seen.response = response;
    });
    call.on('metadata', (headers) => {
      seen.headers = headers;
    });
    call.on('status', (status) => {
      seen.trailers = status.metadata;
      if (status.code === grpc.status.OK) {
        resolve(seen);
      } else {
        reject(seen.error ?? Object.assign(new Error(status.details), status));
      }
    });
  });
}

async function fails(code, act) {
  let error;
  try {
    await act();
  } catch (e) {
    error = e;
  }
  assert.strictEqual(error?.code, code, `status ${error?.code} ${error?.message}`);
  return error;
}

// Reads a stream to its end; onMessage gets each message with its number. Rejects with the status.
function drain(call, onMessage = () => {}) {
  return new Promise((resolve, reject) => {
    const seen = { count: 0 };
    let status;
    call.on('metadata', (headers) => {
      seen.headers = headers;
    });
    call.on('data', (message) => onMessage(message, seen.count++));
    call.on('status', (s) => {
      status = s;
      seen.trailers = s.metadata;
      if (s.code === grpc.status.OK) {
        resolve(seen);
      }
    });
    call.on('error', reject);
  });
}

function ask(responseSize, requestSize) {
  return { response_parameters: [{ size: responseSize }], payload: zeros(requestSize) };
}

function echoMetadata() {
  const metadata = new grpc.Metadata();
  metadata.set(echoInitial, 'test_initial_metadata_value');
  metadata.set(echoTrailing, Buffer.from([0xab, 0xab, 0xab]));
  return metadata;
}

function requireEcho(seen) {
  assert.deepStrictEqual(seen.headers.get(echoInitial), ['test_initial_metadata_value']);
  assert.deepStrictEqual(seen.trailers.get(echoTrailing), [Buffer.from([0xab, 0xab, 0xab])]);
}

const cases = {
  async empty_unary() {
    await unary(connect(), 'EmptyCall', {});
  },

  async large_unary() {
    const { response } = await unary(connect(), 'UnaryCall', LARGE);
    assert.strictEqual(response.payload.body.length, 314159);
  },

  async client_streaming() {
    const response = await new Promise((resolve, reject) => {
      const call = connect().StreamingInputCall((error, value) => (error ? reject(error) : resolve(value)));
      for (const size of REQUEST_SIZES) {
        call.write({ payload: zeros(size) });
      }
      call.end();
    });
    assert.strictEqual(response.aggregated_payload_size, 74922);
  },

  async server_streaming() {
    const call = connect().StreamingOutputCall({ response_parameters: RESPONSE_SIZES.map((size) => ({ size })) });
    const { count } = await drain(call, (m, i) => assert.strictEqual(m.payload.body.length, RESPONSE_SIZES[i]));
    assert.strictEqual(count, 4);
  },

  async ping_pong() {
    const call = connect().FullDuplexCall();
    const send = (i) => call.write(ask(RESPONSE_SIZES[i], REQUEST_SIZES[i]));
    send(0);
    const { count } = await drain(call, (m, i) => {
      assert.strictEqual(m.payload.body.length, RESPONSE_SIZES[i]);
      if (i < 3) {
        send(i + 1);
      } else {
        call.end();
      }
    });
    assert.strictEqual(count, 4);
  },

  async empty_stream() {
    const call = connect().FullDuplexCall();
    call.end();
    assert.strictEqual((await drain(call)).count, 0);
  },

  async cancel_after_begin() {
    await fails(grpc.status.CANCELLED, () => new Promise((resolve, reject) => {
      const call = connect().StreamingInputCall((error) => (error ? reject(error) : resolve()));
      setImmediate(() => call.cancel());
    }));
  },

  async cancel_after_first_response() {
    const call = connect().FullDuplexCall();
    call.write(ask(31415, 27182));
    await fails(grpc.status.CANCELLED, () => drain(call, () => call.cancel()));
  },

  async timeout_on_sleeping_server() {
    const call = connect().FullDuplexCall({ deadline: Date.now() + 1 });
    call.write({ payload: zeros(27182) });
    await fails(grpc.status.DEADLINE_EXCEEDED, () => drain(call));
  },

  async custom_metadata() {
    requireEcho(await unary(connect(), 'UnaryCall', LARGE, echoMetadata()));
    const call = connect().FullDuplexCall(echoMetadata());
    call.write(ask(314159, 271828));
    call.end();
    requireEcho(await drain(call));
  },

  async status_code_and_message() {
    const response_status = { code: grpc.status.UNKNOWN, message: 'test status message' };
    const first = await fails(grpc.status.UNKNOWN, () => unary(connect(), 'UnaryCall', { response_status }));
    assert.strictEqual(first.details, response_status.message);
    const call = connect().FullDuplexCall();
    call.write({ response_status });
    call.end();
    const second = await fails(grpc.status.UNKNOWN, () => drain(call));
    assert.strictEqual(second.details, response_status.message);
  },

  async special_status_message() {
    const message = '\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n';
    const error = await fails(grpc.status.UNKNOWN, () => unary(connect(), 'UnaryCall', { response_status: { code: 2, message } }));
    assert.strictEqual(error.details, message);
  },

  async unimplemented_method() {
    await fails(grpc.status.UNIMPLEMENTED, () => unary(connect(), 'UnimplementedCall', {}));
  },

  async unimplemented_service() {
    await fails(grpc.status.UNIMPLEMENTED, () => unary(connect(testing.UnimplementedService), 'UnimplementedCall', {}));
  },

  async client_compressed_unary() {
    const claim = (value) => ({ ...LARGE, expect_compressed: { value } });
    await fails(grpc.status.INVALID_ARGUMENT, () => unary(connect(), 'UnaryCall', claim(true)));
    const packed = await unary(connect(testing.TestService, GZIP), 'UnaryCall', claim(true));
    assert.strictEqual(packed.response.payload.body.length, 314159);
    const plain = await unary(connect(), 'UnaryCall', claim(false));
    assert.strictEqual(plain.response.payload.body.length, 314159);
  },

  // grpc-js does not show the flag of a message; that the server sets it is for another client to see.
  async server_compressed_unary() {
    for (const value of [true, false]) {
      const { response } = await unary(connect(), 'UnaryCall', { ...LARGE, response_compressed: { value } });
      assert.strictEqual(response.payload.body.length, 314159);
    }
  },
};

async function main() {
  const run = cases[options.case];
  if (!run) {
    throw new Error(`there is no case '${options.case}'`);
  }
  await run();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
