// Models and edges.

import { byId, el, reconcile, renderWhenChanged } from '../dom.js';
import { ago, bytes, figure, fullTime, humanise } from '../words.js';

/** How the style sheet draws each state of a connection. */
const Presence = { connected: 'here', silent: 'silent', gone: 'silent' };

export function showModels(models, cameraName) {
  showTable('model', models, (m) => [m, m.camera_id === null ? '' : cameraName(m.camera_id)], ([m, camera]) => [
    el('th', { scope: 'row' }, el('span', {}, m.name), el('span', { class: 'fine code' }, m.id)),
    el('td', {}, m.camera_id === null ? 'Any camera' : camera),
    el('td', {}, m.version),
    el('td', {}, el('span', { class: 'state', 'data-state': m.status }, humanise(m.status))),
    el('td', {}, fullTime(m.created_at)),
    el('td', { class: 'number' }, m.training_images === null ? '–' : String(m.training_images)),
    ...[m.threshold, m.validation_error].map((value) => el('td', { class: 'number' }, value === null ? '–' : figure(value))),
    el('td', { class: 'number' }, bytes(m.size_bytes)),
    el('td', { class: 'code', title: m.sha256 }, m.sha256.slice(0, 12)),
  ]);
  showEmpty(
    'models', models, 'No models yet.',
    'The node trains one for each camera as soon as enough labelled snapshots are here; “Cameras” shows how far each is.');
}

export function showEdges(edges) {
  const now = Date.now();
  showTable('edge', edges, (e) => [e, Presence[e.connection.state] ?? 'none', ago(e.last_seen_at, now)], ([e, presence, seen]) => [
    el('th', { scope: 'row' }, el('span', {}, e.name), el('span', { class: 'fine code' }, e.id)),
    el('td', {}, el('span', { class: 'state', 'data-state': e.state }, humanise(e.state))),
    el('td', { title: fullTime(e.last_seen_at) }, el('span', { class: 'presence', 'data-presence': presence }, seen)),
    el('td', { class: 'health' }, ...healthOf(e.health)),
    el('td', { title: e.connection.address ?? '' }, wayOf(e.connection)),
    el('td', {}, fullTime(e.enrolled_at)),
    el('td', {}, fullTime(e.certificate_expires_at)),
    el('td', {}, e.software || '–'),
  ]);
  showEmpty(
    'edges', edges, 'No edges yet.',
    'Make an enrolment bundle on the node with “edge add NAME --out bundle.txt” and give it to the edge.');
}

/** The level, and under it what is wrong, the worst first. */
function healthOf(health) {
  if (!health) {
    return ['–'];
  }

  return [
    el('span', { class: 'state', 'data-health': health.level }, humanise(health.level)),
    ...health.reasons.map((reason) => el('span', { class: 'fine' }, reason.message)),
  ];
}

/** How the edge is reached, and how long a word and its answer take. */
function wayOf(connection) {
  const way = connection.tunnel_handshake_at ? 'WireGuard' : connection.state === 'connected' ? 'TLS' : '–';
  return connection.latency_median_ms === null ? way : `${way}, ${figure(connection.latency_median_ms)} ms`;
}

export function showTable(name, items, dataOf, cellsOf) {
  reconcile(byId(`${name}-rows`), items, (item) => item.id, () => {
    const node = el('tr', {});
    return { node, update: (item) => renderWhenChanged(node, dataOf(item), cellsOf) };
  });
}

export function showEmpty(name, items, title, advice) {
  byId(`${name}-frame`).hidden = items.length === 0;
  byId(`${name}-empty`).hidden = items.length > 0;
  renderWhenChanged(byId(`${name}-empty`), 'none', () => [el('p', {}, el('strong', {}, title)), el('p', {}, advice)]);
}
