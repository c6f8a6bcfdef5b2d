// How the archive is, what each camera uses of its quota, legal holds, and what needs somebody.

import { byId, el, renderWhenChanged } from '../dom.js';
import { ago, bytes, fullTime, humanise } from '../words.js';
import { showEmpty, showTable } from './tables.js';

const StoreWords = { up: 'Answers', down: 'Does not answer', probing: 'Is being tried again' };

export function showArchive({ state, usage, holds, failed }, cameraName) {
  renderWhenChanged(byId('archive-facts'), state, () => factsOf(state));
  showUsage(usage, cameraName);
  showHolds(holds, cameraName);
  byId('failed-part').hidden = failed.length === 0;
  showTable('failed', failed.map((o) => ({ ...o, id: `${o.event_id}/${o.name}` })), (o) => [o, cameraName(o.camera_id)], ([o, camera]) => [
    el('th', { scope: 'row' }, el('span', {}, o.name), el('span', { class: 'fine code' }, o.event_id)),
    el('td', {}, camera),
    el('td', { class: 'number' }, bytes(o.size)),
    el('td', { class: 'health' }, o.last_error ?? '–'),
  ]);
}

function factsOf(state) {
  const store = [el('span', { class: 'state', 'data-health': state.store === 'up' ? 'healthy' : 'unhealthy' }, StoreWords[state.store] ?? humanise(state.store))];
  if (state.store !== 'up') {
    store.push(el('span', { class: 'fine' }, `since ${fullTime(state.since)}${state.last_error ? `: ${state.last_error}` : ''}. Clips wait on the node's disk; nothing is lost.`));
  }

  return [
    ...fact('Store', ...store),
    ...fact('On its way', state.waiting === 0 ? 'Nothing waits' : `${state.waiting} ${state.waiting === 1 ? 'object' : 'objects'}, ${bytes(state.waiting_bytes)}`),
    ...fact('Being received', String(state.receiving)),
    ...fact('Being deleted', String(state.deleting)),
    ...fact('Failed', String(state.failed)),
  ];
}

const fact = (name, ...values) => [el('dt', {}, name), el('dd', {}, ...values)];

function showUsage(usage, cameraName) {
  const rows = usage.map((u) => ({ ...u, id: u.camera_id ?? '' }));
  showTable('usage', rows, (u) => [u, u.camera_id === null ? 'All cameras together' : cameraName(u.camera_id)], ([u, camera]) => [
    el('th', { scope: 'row' }, camera),
    el('td', { class: 'number' }, String(u.objects)),
    el('td', { class: 'number' }, bytes(u.bytes)),
    el('td', { class: 'number' }, u.limit === null ? 'No limit' : bytes(u.limit)),
    el('td', {}, ...shareOf(u, camera)),
  ]);
  showEmpty('usage', rows, 'Nothing is archived yet.', 'Clips, snapshots and metadata count as soon as an edge sends them.');
}

function shareOf(usage, camera) {
  if (usage.limit === null) {
    return ['–'];
  }

  const percent = Math.min(100, Math.round((usage.bytes / usage.limit) * 100));
  const share = [el('progress', { max: '100', value: String(percent), 'aria-label': `${camera}: ${percent} % of the quota` }), ` ${percent} %`];
  return usage.is_warned ? [...share, el('span', { class: 'fine warned' }, 'Nearly full')] : share;
}

function showHolds(holds, cameraName) {
  const now = Date.now();
  const rows = holds.map((h) => ({ ...h, id: `${h.kind} ${h.target}` }));
  showTable('hold', rows, (h) => [h, h.kind === 'camera' ? cameraName(h.target) : h.target, ago(h.placed_at, now)], ([h, target, since]) => [
    el('th', { scope: 'row' }, el('span', {}, h.kind === 'camera' ? target : 'An event'), h.kind === 'camera' ? '' : el('span', { class: 'fine code' }, target)),
    el('td', { class: 'health' }, h.reason),
    el('td', {}, h.actor),
    el('td', { title: fullTime(h.placed_at) }, since),
  ]);
  showEmpty('holds', rows, 'No legal holds.', 'While one stands, nothing deletes what it protects: “archive hold --event ID --reason WHY” places one.');
}
