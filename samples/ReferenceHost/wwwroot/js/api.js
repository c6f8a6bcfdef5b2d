// The node's REST API. The token lives in sessionStorage: in this tab, until it closes.

const TokenKey = 'guardian.api-token';
const RequestTimeout = 15_000;
const RangeTimeout = 60_000;
const WrongToken = 'The node does not accept this token.';

/** A request that failed, in words for people. */
export class ApiError extends Error {
  /** @param {'unauthorised'|'away'|'refused'} kind */
  constructor(kind, message, status = 0) {
    super(message);
    this.name = 'ApiError';
    this.kind = kind;
    this.status = status;
  }
}

export class Api {
  #token = sessionStorage.getItem(TokenKey);

  get isSignedIn() {
    return this.#token !== null;
  }

  /** Tries a token, and keeps it when the node takes it. */
  async signIn(token) {
    if (!/^[\x21-\x7e]{1,400}$/.test(token)) {
      throw new ApiError('unauthorised', WrongToken);
    }

    await this.#request('events?limit=1', { token });
    this.#token = token;
    sessionStorage.setItem(TokenKey, token);
  }

  signOut() {
    this.#token = null;
    sessionStorage.removeItem(TokenKey);
  }

  async health() {
    return (await this.#request('health', { token: null })).json();
  }

  events({ camera = '', severity = '', cursor = '', limit = 50 } = {}, signal) {
    const query = new URLSearchParams({ limit: String(limit) });
    for (const [name, value] of Object.entries({ camera, severity, cursor })) {
      if (value) {
        query.set(name, value);
      }
    }

    return this.#json(`events?${query}`, signal);
  }

  event(id, signal) {
    return this.#json(`events/${encodeURIComponent(id)}`, signal);
  }

  cameras(signal) {
    return this.#json('cameras', signal);
  }

  models(signal) {
    return this.#json('models', signal);
  }

  /** The newest rollouts; those that go on with their targets' figures. */
  async rollouts(signal) {
    const rollouts = await this.#json('rollouts?limit=20', signal);
    return Promise.all(rollouts.map((r) => ['canary', 'everyone', 'comparing'].includes(r.phase) ? this.#json(`rollouts/${encodeURIComponent(r.id)}`, signal) : r));
  }

  async pauseRollout(id) {
    await this.#request(`rollouts/${encodeURIComponent(id)}/pause`, { method: 'POST' });
  }

  async resumeRollout(id) {
    await this.#request(`rollouts/${encodeURIComponent(id)}/resume`, { method: 'POST' });
  }

  async rollBack(id) {
    await this.#post(`rollouts/${encodeURIComponent(id)}/roll-back`, { reason: 'from the console' });
  }

  async concludeRollout(id, arm) {
    await this.#post(`rollouts/${encodeURIComponent(id)}/conclude`, { arm });
  }

  edges(signal) {
    return this.#json('edges', signal);
  }

  /** How the archive is, what each camera uses, the legal holds, and what needs somebody. */
  async archive(signal) {
    const [state, usage, holds, failed] = await Promise.all([
      this.#json('archive', signal), this.#json('archive/usage', signal), this.#json('archive/holds', signal), this.#json('archive/objects?status=failed&limit=50', signal),
    ]);
    return { state, usage, holds, failed: failed.objects };
  }

  openAlerts(signal) {
    return this.#json('alerts?open=true', signal);
  }

  async acknowledge(alertId) {
    await this.#request(`alerts/${encodeURIComponent(alertId)}/acknowledge`, { method: 'POST' });
  }

  async cancelTraining(jobId) {
    await this.#request(`training/${encodeURIComponent(jobId)}/cancel`, { method: 'POST' });
  }

  /** A function that fetches ranges of one of an event's sealed objects: "clip", or "snapshots/1". */
  sealedRanges(eventId, what) {
    const path = `events/${encodeURIComponent(eventId)}/${what}`;
    return async (offset, count, validator, signal) => {
      const headers = { Range: `bytes=${offset}-${offset + count - 1}` };
      if (validator) {
        headers['If-Range'] = validator;
      }

      const response = await this.#request(path, { headers, signal, timeout: RangeTimeout });
      const total = totalLength(response);
      if (total === null || (response.status !== 206 && offset > 0)) {
        await response.body?.cancel();
        throw new ApiError('refused', 'The object changed while it was read. Open it again.', response.status);
      }

      return { bytes: await readBody(response, signal), total, validator: response.headers.get('ETag') };
    };
  }

  async #json(path, signal) {
    const response = await this.#request(path, { signal });
    try {
      return await response.json();
    } catch (error) {
      throw away(error, signal);
    }
  }

  async #post(path, body) {
    await this.#request(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  }

  async #request(path, { method = 'GET', headers = {}, body, signal, token = this.#token, timeout = RequestTimeout } = {}) {
    const limit = AbortSignal.timeout(timeout);
    let response;
    try {
      response = await fetch(`api/v1/${path}`, {
        method,
        body,
        headers: token ? { ...headers, Authorization: `Bearer ${token}` } : headers,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        cache: 'no-store',
        credentials: 'omit',
      });
    } catch (error) {
      throw away(error, signal);
    }

    if (response.ok) {
      return response;
    }

    throw await problemOf(response);
  }
}

function away(error, signal) {
  // The caller's own abort is not a failure of the node, and is passed on as it is.
  return signal?.aborted ? error : new ApiError('away', 'The node does not answer.');
}

/** RFC 9457 problem details, or what can be said without them. */
async function problemOf(response) {
  if (response.status === 401) {
    return new ApiError('unauthorised', WrongToken, 401);
  }

  let problem = null;
  try {
    problem = await response.json();
  } catch {
    // A proxy in between answers in HTML; its status says enough.
  }

  const words = typeof problem?.detail === 'string' ? problem.detail : `The node answered with status ${response.status}.`;
  return response.status >= 502 && response.status <= 504
    ? new ApiError('away', 'The node does not answer.', response.status)
    : new ApiError('refused', words, response.status);
}

function totalLength(response) {
  const text = response.status === 206
    ? /\/(\d{1,15})$/.exec(response.headers.get('Content-Range') ?? '')?.[1]
    : response.headers.get('Content-Length');
  return text ? Number(text) : null;
}

async function readBody(response, signal) {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw away(error, signal);
  }
}
